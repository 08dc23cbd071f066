package wasidata

import "reflect"

// Null is a value that may be null. A pointer does as well; a Null costs no
// allocation. The zero value is null.
type Null[T any] struct {
	V     T
	Valid bool
}

// Some is the value v, not null.
func Some[T any](v T) Null[T] {
	return Null[T]{v, true}
}

// Or is the value, or another one if it is null.
func (n Null[T]) Or(other T) T {
	if n.Valid {
		return n.V
	}
	return other
}

// Ptr is nil for null.
func (n Null[T]) Ptr() *T {
	if !n.Valid {
		return nil
	}
	return &n.V
}

func (n Null[T]) valueType() reflect.Type {
	return reflect.TypeFor[T]()
}

type nullable interface {
	valueType() reflect.Type
}
