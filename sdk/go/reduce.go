package wasidata

import (
	"reflect"
	"slices"
)

// Reduce combines the rows of each group two by two; the function must be
// associative and commutative. T has all columns of the rows. What comes out
// are the keys that are no columns of the rows, then the row.
func Reduce[T any](g *Grouped, f func(a, b T) T) *Dataset {
	if g.err != nil {
		return failedDataset(g.err)
	}
	return reduceWith(&g.node, f, importReduce)
}

// ReduceAll combines all rows two by two to one; no rows stay none.
func ReduceAll[T any](d *Dataset, f func(a, b T) T) *Dataset {
	if d.err != nil {
		return d
	}
	return reduceWith(&d.node, f, importReduceAll)
}

func reduceWith[T any](from *node, f func(a, b T) T, method func(self, function, state, out uint32)) *Dataset {
	in, err := rowTypeOf(reflect.TypeFor[T]())
	if err != nil {
		return failedDataset(err)
	}
	l, _ := newLambda(in, nil, nil, nil, func() any {
		codec := rowCodec(in)
		return &reduction[T]{f: f, states: states{codec: codec}, other: states{codec: codec}}
	})
	slot := lambdas.add(l)
	return newDataset([]*node{from}, []uint32{slot}, func(*lower) {
		method(from.handle, 1, slot, area())
	})
}

type reduction[T any] struct {
	f             func(a, b T) T
	states, other states
	in            []T
	there, theirs []bool
	out           *writer
}

// present notes which states are there.
func present(into []bool, from *stateBytes) []bool {
	into = resized(into, from.count)
	for i := range into {
		into[i] = len(from.at(i)) > 0
	}
	return into
}

func (k *reduction[T]) store() (*writer, error) {
	if k.out == nil {
		k.out = newWriter(binaries, binaries.schema())
	}
	there := k.there
	if !slices.Contains(there, false) {
		there = nil
	}
	return k.out, k.states.storeAll(k.out, there)
}

func (k *reduction[T]) add(i int, row T) {
	at := (*T)(k.states.at(i))
	if k.there[i] {
		row = k.f(*at, row)
	}
	*at = row
	k.there[i] = true
}

func (k *reduction[T]) update(b *binding, from *stateBytes, groups []uint32, n int) (*writer, error) {
	k.there = present(k.there, from)
	if err := k.states.loadAll(from); err != nil {
		return nil, err
	}
	k.in = resized(k.in, n)
	b.in.rows(start(k.in), n)
	group := 0
	for i := range k.in {
		if len(groups) > 0 {
			group = int(groups[i])
		}
		k.add(group, k.in[i])
	}
	return k.store()
}

func (k *reduction[T]) combine(_ *binding, left, right *stateBytes) (*writer, error) {
	k.there = present(k.there, left)
	k.theirs = present(k.theirs, right)
	if err := k.states.loadAll(left); err != nil {
		return nil, err
	}
	if err := k.other.loadAll(right); err != nil {
		return nil, err
	}
	for i, there := range k.theirs {
		if there {
			k.add(i, *(*T)(k.other.at(i)))
		}
	}
	return k.store()
}

func (k *reduction[T]) finish(b *binding, from *stateBytes) error {
	if err := k.states.loadAll(from); err != nil {
		return err
	}
	b.out.reset()
	return b.out.append(k.states.base, k.states.count)
}
