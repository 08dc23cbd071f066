// Package wasidata is wasi-data for Go programs: data sets, lambdas, actions.
//
//	import data "github.com/wasi-data/wasi-data/sdk/go"
//
// Programs are compiled by GOOS=wasip1 GOARCH=wasm go build, and run by
// wasi-data run. See README.md.
package wasidata
