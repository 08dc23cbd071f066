package wasidata

import (
	"encoding/binary"
	"math"
	"reflect"
	"strings"
)

// TypeOperations are what a registered type can do beyond what its values are
// stored as. Any of them may be nil.
type TypeOperations[T any] struct {
	// Text is a value as text: cast(x as string).
	Text func(T) string
	// Parse is the value of a text: cast('…' as name), and texts that are compared
	// with values. Its error ends the job.
	Parse func(string) (T, error)
	// Key is bytes that sort as the values do and are equal when they are: for sort,
	// groups, joins, min and max, < and =. See AppendKeyInt and its like.
	Key func(T) []byte
}

// Names of registered types, by their Go types.
var namedTypes = map[reflect.Type]string{}

// namedType is what the host calls of a type.
type namedType struct {
	lambdas  [3]*lambda // text, parse, key; nil: there is none
	bindings [3]*binding
}

// By the state that the host is told.
var typeOperations []*namedType

// RegisterType gives T a name, which columns of it keep wherever they go (an
// Arrow extension type), also in files and for other modules that register it,
// with the same storage: what T is without the name. From then on fields,
// arguments and results that are T are of that type, the name stands in casts,
// and functions of T may be registered as operators and by names of the
// language: Register("+", …), Register("<->", …), RegisterAggregate("sum", …).
func RegisterType[T any](name string, operations TypeOperations[T]) error {
	t := reflect.TypeFor[T]()
	if other := namedTypes[t]; other != "" {
		return failf(InvalidArgument, "%v is the type '%s' already", t, other)
	}
	namedTypes[t] = name
	named, value, err := newNamedType(name, operations)
	if err == nil {
		err = registerType(name, value, named)
	}
	if err != nil {
		delete(namedTypes, t)
	}
	return err
}

func registerType(name string, value field, named *namedType) error {
	return call(func(lower *lower) error {
		a, n := lower.text(name)
		fields, count := lower.fields([]field{value})
		importRegisterType(a, n, fields, count, 1, 0, uint32(len(typeOperations)), area())
		err := failed(1)
		if err == nil {
			typeOperations = append(typeOperations, named)
		}
		return err
	})
}

func newNamedType[T any](name string, o TypeOperations[T]) (named *namedType, value field, err error) {
	row, err := rowTypeOf(reflect.TypeFor[*T]())
	if err == nil {
		err = row.output()
	}
	if err != nil {
		return nil, value, err
	}
	named, value = &namedType{}, row.schema()[0]
	if o.Text != nil {
		named.lambdas[0], err = valueLambda(func(v *T) *string {
			text := strings.Clone(o.Text(*v))
			return &text
		})
	}
	if err == nil && o.Parse != nil {
		named.lambdas[1], err = valueLambda(func(text *string) *T {
			v, err := o.Parse(*text)
			Fail(err)
			return &v
		})
	}
	if err == nil && o.Key != nil {
		named.lambdas[2], err = valueLambda(func(v *T) *[]byte {
			key := o.Key(*v)
			return &key
		})
	}
	return named, value, err
}

// valueLambda is a map of values that is not called for nulls.
func valueLambda[T, U any](f func(*T) *U) (*lambda, error) {
	in, out, err := rowTypes[*T, *U]()
	return newLambda(in, out, err, nil, func() any {
		return &rowMap[*T, *U]{f: func(v *T) *U {
			if v == nil {
				return nil
			}
			return f(v)
		}}
	})
}

// bound is an operation, bound to its one column when it is first called.
func (t *namedType) bound(operation int) (*binding, error) {
	l := t.lambdas[operation]
	if l == nil {
		return nil, failf(Unsupported, "the type has no such operation of its own")
	}
	if t.bindings[operation] == nil {
		b := &binding{lambda: l}
		if err := b.bind(l.in.schema()); err != nil {
			return nil, err
		}
		t.bindings[operation] = b
	}
	return t.bindings[operation], nil
}

func callType(operation int, state, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	host.worker = true
	if int(state) >= len(typeOperations) {
		return resultOf(failf(Internal, "there is no type %d", state))
	}
	b, err := typeOperations[state].bound(operation)
	if err == nil {
		err = b.read(rows, nodes, nodeCount, buffers, bufferCount)
	}
	if err == nil {
		err = b.kernel.(mapKernel).call(b, int(rows))
	}
	if err != nil {
		return resultOf(err)
	}
	return resultBatch(b.out)
}

//go:wasmexport wasi:data/type-operations@0.1.0#to-text
func exportToText(function, state, rows, nodes, nodeCount, buffers, bufferCount uint32) uint32 {
	return callType(0, state, rows, nodes, nodeCount, buffers, bufferCount)
}

//go:wasmexport wasi:data/type-operations@0.1.0#from-text
func exportFromText(function, state, rows, nodes, nodeCount, buffers, bufferCount uint32) uint32 {
	return callType(1, state, rows, nodes, nodeCount, buffers, bufferCount)
}

//go:wasmexport wasi:data/type-operations@0.1.0#sort-keys
func exportSortKeys(function, state, rows, nodes, nodeCount, buffers, bufferCount uint32) uint32 {
	return callType(2, state, rows, nodes, nodeCount, buffers, bufferCount)
}

// AppendKeyInt appends bytes that sort as the numbers do.
func AppendKeyInt(key []byte, value int64) []byte {
	return binary.BigEndian.AppendUint64(key, uint64(value)^1<<63)
}

// AppendKeyFloat appends bytes that sort as the numbers do, NaN last; -0 is 0.
func AppendKeyFloat(key []byte, value float64) []byte {
	bits := math.Float64bits(value + 0)
	switch {
	case math.IsNaN(value):
		bits = math.MaxUint64
	case bits>>63 != 0 && value != 0:
		bits = ^bits
	default:
		bits |= 1 << 63
	}
	return binary.BigEndian.AppendUint64(key, bits)
}

// AppendKeyString appends bytes that sort as the strings do, and end.
func AppendKeyString(key []byte, value string) []byte {
	for i := range len(value) {
		key = append(key, value[i])
		if value[i] == 0 {
			key = append(key, 1)
		}
	}
	return append(key, 0, 0)
}
