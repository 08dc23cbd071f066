module github.com/wasi-data/wasi-data/bench/guests/go

go 1.24

require github.com/wasi-data/wasi-data/sdk/go v0.0.0

replace github.com/wasi-data/wasi-data/sdk/go => ../../../sdk/go
