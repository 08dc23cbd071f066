//go:build wasip1

package wasidata

// The imports of wit/ as the canonical ABI has them: addresses and counts as
// uint32, a result's place as the last parameter.

//go:wasmimport wasi:data/datasets@0.1.0 read
func importRead(name, size, options, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 create
func importCreate(fields, fieldCount, batches, batchCount, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 range
func importRange(start, end, step int64, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 from-plan
func importFromPlan(plan, size, inputs, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 sql
func importSQL(text, textSize, dialect, dialectSize, inputs, inputCount, hasParameters, fields, fieldCount, rows, nodes, nodeCount, buffers, bufferCount, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 generate
func importGenerate(function, state, hasArguments, fields, fieldCount, rows, nodes, nodeCount, buffers, bufferCount, partitions, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.schema
func importSchema(self, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.to-plan
func importToPlan(self, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.explain
func importExplain(self, options, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.with-parameters
func importWithParameters(self, fields, fieldCount, rows, nodes, nodeCount, buffers, bufferCount, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.select
func importSelect(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.with-column
func importWithColumn(self, name, nameSize, text, textSize, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.drop-columns
func importDropColumns(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.rename
func importRename(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.filter
func importFilter(self, text, size, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.distinct
func importDistinct(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.sort
func importSort(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.sort-within-partitions
func importSortWithin(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.limit
func importLimit(self uint32, count, offset uint64, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.sample
func importSample(self uint32, fraction float64, replacement uint32, seed uint64, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.join
func importJoin(self, right, kind, condition, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.set-operation
func importSetOperation(self, other, operation, byName, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.repartition
func importRepartition(self, partitions, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.cache
func importCache(self, storage, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.with-row-index
func importWithRowIndex(self, name, size, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.explode
func importExplode(self, column, columnSize, outer, position, positionSize, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.unpivot
func importUnpivot(self, items, count, name, nameSize, value, valueSize, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.describe
func importDescribe(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.zip-with
func importZipWith(self, other, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.with-watermark
func importWithWatermark(self, column, size uint32, delay uint64, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.map
func importMap(self, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.filter-lambda
func importFilterLambda(self, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.flat-map
func importFlatMap(self, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.map-partitions
func importMapPartitions(self, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.group-by
func importGroupBy(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.rollup
func importRollup(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.cube
func importCube(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.reduce
func importReduceAll(self, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.aggregate
func importAggregateAll(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]grouped.aggregate
func importAggregate(self, items, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]grouped.reduce
func importReduce(self, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]grouped.map-groups
func importMapGroups(self, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]grouped.co-map-groups
func importCoMapGroups(self, other, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.grouping-sets
func importGroupingSets(self, keys, keyCount, sets, setCount, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]grouped.pivot
func importPivot(self, text, size, values, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.collect
func importCollect(self, options, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.show
func importShow(self, options, count, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.count
func importCount(self, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.first
func importFirst(self, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.for-each-partition
func importForEachPartition(self, function, state, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.write
func importWrite(self, sink, size, mode, columns, columnCount, options, optionCount, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [method]dataset.temp-table
func importTempTable(self, name, size, mode, out uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [resource-drop]dataset
func importDatasetDrop(self uint32)

//go:wasmimport wasi:data/datasets@0.1.0 [resource-drop]grouped
func importGroupedDrop(self uint32)

//go:wasmimport wasi:data/jobs@0.1.0 [method]job.schema
func importJobSchema(self, out uint32)

//go:wasmimport wasi:data/jobs@0.1.0 [method]job.progress
func importJobProgress(self, out uint32)

//go:wasmimport wasi:data/jobs@0.1.0 [method]job.figures
func importFigures(self, out uint32)

//go:wasmimport wasi:data/jobs@0.1.0 [method]job.next-batch
func importNextBatch(self, out uint32)

//go:wasmimport wasi:data/jobs@0.1.0 [method]job.wait
func importWait(self, hasTimeout uint32, milliseconds uint64, out uint32)

//go:wasmimport wasi:data/jobs@0.1.0 [method]job.cancel
func importCancel(self uint32)

//go:wasmimport wasi:data/jobs@0.1.0 [resource-drop]job
func importJobDrop(self uint32)

//go:wasmimport wasi:data/functions@0.1.0 register-scalar
func importRegisterScalar(text, size, function, state, hasArguments, fields, fieldCount, variadic, strict, deterministic, out uint32)

//go:wasmimport wasi:data/functions@0.1.0 register-table
func importRegisterTable(text, size, function, state, hasArguments, fields, fieldCount, variadic, strict, deterministic, out uint32)

//go:wasmimport wasi:data/functions@0.1.0 register-aggregate
func importRegisterAggregate(text, size, function, state, hasArguments, fields, fieldCount, variadic, strict, deterministic, out uint32)

//go:wasmimport wasi:data/functions@0.1.0 register-type
func importRegisterType(text, size, fields, fieldCount, hasOperations, function, state, out uint32)

//go:wasmimport wasi:data/context@0.1.0 log
func importLog(level, message, size uint32)

//go:wasmimport wasi:data/context@0.1.0 count
func importCounter(name, size uint32, delta uint64)

//go:wasmimport wasi:data/context@0.1.0 job-id
func importJobID() uint64

//go:wasmimport wasi:data/context@0.1.0 partition
func importPartition() uint32

//go:wasmimport wasi:data/context@0.1.0 partitions
func importPartitions() uint32

//go:wasmimport wasi:data/context@0.1.0 attempt
func importAttempt() uint32
