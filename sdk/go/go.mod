module github.com/wasi-data/wasi-data/sdk/go

go 1.24
