//go:build !wasip1

package wasidata

// Elsewhere programs compile, so that editors, go vet and tests of what lambdas
// call work; there is nothing to run data sets on.

func absent() {
	panic("wasidata: data sets need wasi-data: build with GOOS=wasip1 GOARCH=wasm and run with wasi-data run")
}

func importRead(name, size, options, count, out uint32) { absent() }

func importCreate(fields, fieldCount, batches, batchCount, out uint32) { absent() }

func importRange(start, end, step int64, out uint32) { absent() }

func importFromPlan(plan, size, inputs, count, out uint32) { absent() }

func importSQL(text, textSize, dialect, dialectSize, inputs, inputCount, hasParameters, fields, fieldCount, rows, nodes, nodeCount, buffers, bufferCount, out uint32) {
	absent()
}

func importSchema(self, out uint32) { absent() }

func importToPlan(self, out uint32) { absent() }

func importExplain(self, options, count, out uint32) { absent() }

func importWithParameters(self, fields, fieldCount, rows, nodes, nodeCount, buffers, bufferCount, out uint32) {
	absent()
}

func importSelect(self, items, count, out uint32) { absent() }

func importWithColumn(self, name, nameSize, text, textSize, out uint32) { absent() }

func importDropColumns(self, items, count, out uint32) { absent() }

func importRename(self, items, count, out uint32) { absent() }

func importFilter(self, text, size, out uint32) { absent() }

func importDistinct(self, items, count, out uint32) { absent() }

func importSort(self, items, count, out uint32) { absent() }

func importSortWithin(self, items, count, out uint32) { absent() }

func importLimit(self uint32, count, offset uint64, out uint32) { absent() }

func importSample(self uint32, fraction float64, replacement uint32, seed uint64, out uint32) {
	absent()
}

func importJoin(self, right, kind, condition, items, count, out uint32) { absent() }

func importSetOperation(self, other, operation, byName, out uint32) { absent() }

func importRepartition(self, partitions, items, count, out uint32) { absent() }

func importCache(self, storage, out uint32) { absent() }

func importWithRowIndex(self, name, size, out uint32) { absent() }

func importExplode(self, column, columnSize, outer, position, positionSize, out uint32) { absent() }

func importUnpivot(self, items, count, name, nameSize, value, valueSize, out uint32) { absent() }

func importDescribe(self, items, count, out uint32) { absent() }

func importZipWith(self, other, out uint32) { absent() }

func importWithWatermark(self, column, size uint32, delay uint64, out uint32) { absent() }

func importMap(self, function, state, out uint32) { absent() }

func importFilterLambda(self, function, state, out uint32) { absent() }

func importFlatMap(self, function, state, out uint32) { absent() }

func importMapPartitions(self, function, state, out uint32) { absent() }

func importGroupBy(self, items, count, out uint32) { absent() }

func importRollup(self, items, count, out uint32) { absent() }

func importCube(self, items, count, out uint32) { absent() }

func importReduceAll(self, function, state, out uint32) { absent() }

func importAggregateAll(self, items, count, out uint32) { absent() }

func importAggregate(self, items, count, out uint32) { absent() }

func importReduce(self, function, state, out uint32) { absent() }

func importMapGroups(self, function, state, out uint32) { absent() }

func importCoMapGroups(self, other, function, state, out uint32) { absent() }

func importGroupingSets(self, keys, keyCount, sets, setCount, out uint32) { absent() }

func importGenerate(function, state, hasArguments, fields, fieldCount, rows, nodes, nodeCount, buffers, bufferCount, partitions, out uint32) {
	absent()
}

func importPivot(self, text, size, values, count, out uint32) { absent() }

func importCollect(self, options, count, out uint32) { absent() }

func importShow(self, options, count, out uint32) { absent() }

func importCount(self, out uint32) { absent() }

func importFirst(self, out uint32) { absent() }

func importForEachPartition(self, function, state, out uint32) { absent() }

func importWrite(self, sink, size, mode, columns, columnCount, options, optionCount, out uint32) {
	absent()
}

func importTempTable(self, name, size, mode, out uint32) { absent() }

func importDatasetDrop(self uint32) { absent() }

func importGroupedDrop(self uint32) { absent() }

func importJobSchema(self, out uint32) { absent() }

func importJobProgress(self, out uint32) { absent() }

func importNextBatch(self, out uint32) { absent() }

func importWait(self, hasTimeout uint32, milliseconds uint64, out uint32) { absent() }

func importCancel(self uint32) { absent() }

func importJobDrop(self uint32) { absent() }

func importRegisterScalar(text, size, function, state, hasArguments, fields, fieldCount, variadic, strict, deterministic, out uint32) {
	absent()
}

func importRegisterTable(text, size, function, state, hasArguments, fields, fieldCount, variadic, strict, deterministic, out uint32) {
	absent()
}

func importRegisterAggregate(text, size, function, state, hasArguments, fields, fieldCount, variadic, strict, deterministic, out uint32) {
	absent()
}

func importRegisterType(text, size, fields, fieldCount, hasOperations, function, state, out uint32) {
	absent()
}

func importLog(level, message, size uint32) { absent() }

func importCounter(name, size uint32, delta uint64) { absent() }

func importJobID() uint64 {
	absent()
	return 0
}

func importPartition() uint32 {
	absent()
	return 0
}

func importPartitions() uint32 {
	absent()
	return 0
}

func importAttempt() uint32 {
	absent()
	return 0
}

func importFigures(self, out uint32) { absent() }
