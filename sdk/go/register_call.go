package wasidata

import (
	"reflect"
	"unsafe"
)

// A Call is a place where a function of RegisterCall is called.
type Call struct {
	Arguments []Argument
}

// An Argument is what is known of one where the function is bound.
type Argument struct {
	Name     string
	Nullable bool
	// A zero value of what the argument's values are, as in a Record: int32(0),
	// "", time.Time{} …; nil for a column of nulls only.
	Zero any
	// Whether its value is known here (a literal, a parameter), and the value;
	// nil: null.
	Known bool
	Value any
}

// RegisterCall makes a function of any arguments usable by name in expressions
// and SQL. Where it is called, bind sees how many there are, their types and the
// values of those that are known, and says what comes out: a zero value of the
// result's type, and the function, which is given the arguments of one row (nil:
// null) and gives such a value, or nil for null. An error refuses the call. With
// the promise Strict it is not called for null arguments.
//
//	data.RegisterCall("larger", func(c *data.Call) (any, func([]any) any, error) {
//		if len(c.Arguments) == 0 {
//			return nil, nil, errors.New("larger takes an argument")
//		}
//		return c.Arguments[0].Zero, func(a []any) any { … }, nil
//	})
func RegisterCall(name string, bind func(*Call) (zero any, f func(arguments []any) any, err error), promises ...Promise) error {
	l := callLambda(bind, promises)
	return registerWith(name, l, signature{strict: l.promises&Strict != 0}, importRegisterScalar)
}

// RegisterVariadic makes a function of any number of arguments of one type usable
// by name. It is not called for null arguments; its result is null then.
func RegisterVariadic[T, R any](name string, f func(arguments []T) R, promises ...Promise) error {
	in, err := rowTypeOf(reflect.TypeFor[struct{ Value T }]())
	if err == nil {
		err = in.output()
	}
	if err != nil {
		return err
	}
	var zero R
	l := callLambda(func(*Call) (any, func([]any) any, error) {
		values := []T{}
		return zero, func(arguments []any) any {
			values = values[:0]
			for _, a := range arguments {
				values = append(values, a.(T))
			}
			return f(values)
		}, nil
	}, promises)
	s := signature{typed: true, arguments: in.schema(), variadic: true, strict: true}
	if reflect.TypeFor[T]() != leafTypes[s.arguments[0].typ.kind] {
		return failf(InvalidArgument, "%v: variadic arguments are of the type that any has for them, %v",
			reflect.TypeFor[T](), leafTypes[s.arguments[0].typ.kind])
	}
	return registerWith(name, l, s, importRegisterScalar)
}

func callLambda(bind func(*Call) (any, func([]any) any, error), promises []Promise) *lambda {
	return &lambda{promises: promised(promises), custom: func(b *binding, input []field, constants, count uint32) error {
		return bindCall(b, bind, input, constants, count)
	}}
}

func bindCall(b *binding, bind func(*Call) (any, func([]any) any, error), input []field, constants, count uint32) error {
	k := &callKernel{arguments: make([]any, len(input)), columns: make([][]any, len(input))}
	c := &Call{Arguments: make([]Argument, len(input))}
	of := make([]uint32, len(input))
	for i, f := range input {
		of[i] = uint32(i)
		if !f.typ.known() {
			return failf(Unsupported, "argument '%s' has a type that Go programs do not read: %v; cast it", f.name, f.typ)
		}
		c.Arguments[i] = Argument{Name: f.name, Nullable: f.nullable, Zero: zeroOf(f.typ)}
	}
	row, err := rowTypeOf(recordType)
	if err != nil {
		return err
	}
	if b.in, err = newFullReader(row, input, of); err != nil {
		return err
	}
	if err := c.take(input, constants, count); err != nil {
		return err
	}
	zero, f, err := bind(c)
	if err != nil {
		return err
	}
	if zero == nil {
		return failf(InvalidArgument, "its result has no type: the zero value is nil")
	}
	return k.give(b, zero, f)
}

func zeroOf(t wireType) any {
	goType, ok := leafTypes[t.kind]
	if !ok {
		switch t.kind {
		case kNull:
			return nil
		case kStruct, kUnion:
			return Record{}
		}
		return []any{}
	}
	return reflect.Zero(goType).Interface()
}

// take notes the arguments whose values are known.
func (c *Call) take(input []field, constants, count uint32) error {
	row, err := rowTypeOf(recordType)
	if err != nil {
		return err
	}
	words := wordsAt(constants, count*6)
	for i := range count {
		at := words[6*i:]
		r, err := newFullReader(row, input[at[0]:at[0]+1], []uint32{0})
		if err != nil {
			return err
		}
		if err := columnsAt(r.columns, at[1], at[2], at[3], at[4], at[5]); err != nil {
			return err
		}
		a := &c.Arguments[at[0]]
		a.Known, a.Value = true, r.boxers[0](&r.columns[0], 1)[0]
	}
	return nil
}

// callKernel runs a function of any arguments.
type callKernel struct {
	f         func([]any) any
	result    reflect.Type
	columns   [][]any
	arguments []any
}

func (k *callKernel) give(b *binding, zero any, f func([]any) any) error {
	k.f, k.result = f, reflect.TypeOf(zero)
	row, err := rowTypeOf(reflect.PointerTo(k.result))
	if err == nil {
		err = row.output()
	}
	if err != nil {
		return err
	}
	b.kernel = k
	b.schema = row.schema()
	b.out = newWriter(row, b.schema)
	for i := range b.in.columns {
		b.wanted = append(b.wanted, uint32(i))
	}
	return nil
}

func (k *callKernel) call(b *binding, n int) error {
	for i := range k.columns {
		k.columns[i] = b.in.boxers[i](&b.in.columns[i], n)
	}
	pointer := reflect.PointerTo(k.result)
	out := reflect.MakeSlice(reflect.SliceOf(pointer), n, n)
	values := reflect.MakeSlice(reflect.SliceOf(k.result), n, n)
	for row := range n {
		for i := range k.arguments {
			k.arguments[i] = k.columns[i][row]
		}
		value := k.f(k.arguments)
		if value == nil {
			continue
		}
		if reflect.TypeOf(value) != k.result {
			return failf(TypeMismatch, "it gave a %T where bind said %v", value, k.result)
		}
		values.Index(row).Set(reflect.ValueOf(value))
		out.Index(row).Set(values.Index(row).Addr())
	}
	b.out.reset()
	return b.out.append(unsafe.Pointer(out.UnsafePointer()), n)
}
