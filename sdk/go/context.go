package wasidata

import (
	"fmt"
	"runtime"
)

// Level is how much a log line matters.
type Level uint8

const (
	Debug Level = iota
	Info
	Warning
)

// settle lets cabi_realloc end, which another goroutine may be in: the host
// takes no calls meanwhile.
func settle() {
	for arena.busy {
		runtime.Gosched()
	}
}

// Log is a line for the host's log, from main or from a lambda.
func Log(level Level, format string, arguments ...any) {
	var l lower
	settle()
	a, n := l.text(fmt.Sprintf(format, arguments...))
	importLog(uint32(level), a, n)
	runtime.KeepAlive(l)
}

// Add adds to a counter of the job's figures.
func Add(counter string, delta uint64) {
	var l lower
	settle()
	a, n := l.text(counter)
	importCounter(a, n, delta)
	runtime.KeepAlive(l)
}

// JobID is the job's number, from 1; 0 in main.
func JobID() uint64 {
	settle()
	return importJobID()
}

// Partition is the partition's index in a lambda.
func Partition() int {
	settle()
	return int(importPartition())
}

// Partitions is how many there are, 0 where that is not known.
func Partitions() int {
	settle()
	return int(importPartitions())
}

// Attempt is which try of the partition this is, from 0.
func Attempt() int {
	settle()
	return int(importAttempt())
}

// Register makes a function usable by name in expressions and SQL: the fields
// of T are its arguments in their order (or T is the one argument), R its
// result. If no field of T may be null, it is not called for null arguments and
// its result is null then.
func Register[T, R any](name string, f func(T) R, promises ...Promise) error {
	in, out, err := rowTypes[T, R]()
	if err == nil && len(out.fields) != 1 {
		err = failf(InvalidArgument, "%v: a function has one value as its result", out.goType)
	}
	l, err := newLambda(in, out, err, promises, func() any { return &rowMap[T, R]{f: f} })
	if err != nil {
		return err
	}
	l.positional = true
	return register(name, l, l.in, importRegisterScalar)
}

// RegisterAggregate makes an aggregate usable by name in expressions and SQL;
// see Custom.
func RegisterAggregate[P Aggregator[P, T, R], T, R any](name string, empty P) error {
	l, err := aggregateLambda(empty)
	if err != nil {
		return err
	}
	return register(name, l, l.in, importRegisterAggregate)
}

// signature is what the host is told of a function by name.
type signature struct {
	typed, variadic, strict bool
	arguments               []field
}

func register(name string, l *lambda, in *rowType, method registerImport) error {
	// A decimal of any precision, or any, will do as an argument.
	s := signature{typed: in.output() == nil, strict: !in.dynamic}
	for i := range in.fields {
		s.strict = s.strict && !in.fields[i].column("").nullable
	}
	if s.typed {
		s.arguments = in.schema()
	}
	return registerWith(name, l, s, method)
}

type registerImport func(name, size, function, state, hasArguments, fields, fieldCount, variadic, strict, deterministic, out uint32)

func registerWith(name string, l *lambda, s signature, method registerImport) error {
	slot := lambdas.add(l) // for good
	err := call(func(lower *lower) error {
		a, n := lower.text(name)
		fields, count := lower.fields(s.arguments)
		method(a, n, 1, slot, flag(s.typed), fields, count, flag(s.variadic), flag(s.strict),
			flag(l.promises&Deterministic != 0), area())
		return failed(1)
	})
	if err != nil {
		lambdas.free(slot)
	}
	return err
}
