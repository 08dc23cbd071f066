package wasidata

import (
	"reflect"
	"runtime"
	"strings"
	"time"
	"unsafe"
)

// Dataset is a description of rows, not the rows. Its methods make new ones;
// nothing runs before an action: Show, Count, Write, Collect …
//
// A call that fails gives a Dataset that carries the error, so that calls can
// be strung together; actions return it, and Err does.
type Dataset struct {
	node
}

// Grouped is a data set with keys to group it by.
type Grouped struct {
	node
}

// Err is what went wrong while the data set was described.
func (d *Dataset) Err() error {
	return d.err
}

// Err is what went wrong while the groups were described.
func (g *Grouped) Err() error {
	return g.err
}

// Read is a granted table, by name.
func Read(name string, options ...Options) *Dataset {
	return newDataset(nil, nil, func(l *lower) {
		a, n := l.text(name)
		o, count := l.options(options)
		importRead(a, n, o, count, area())
	})
}

// Create is a data set of the program's own rows, which are copied.
func Create[T any](rows []T) *Dataset {
	row, err := rowTypeOf(reflect.TypeFor[T]())
	if err == nil {
		err = row.output()
	}
	if err != nil {
		return failedDataset(err)
	}
	fields := row.schema()
	w := newWriter(row, fields)
	const part = 1 << 16
	var batches [][]T
	for len(rows) > part {
		batches = append(batches, rows[:part])
		rows = rows[part:]
	}
	batches = append(batches, rows)
	var writers []*writer
	var words []uint32
	for _, batch := range batches {
		if err := w.append(unsafe.Pointer(unsafe.SliceData(batch)), len(batch)); err != nil {
			return failedDataset(err)
		}
		wire := w.wire()
		words = append(words, wire[:]...)
		writers = append(writers, w)
		w = newWriter(row, fields)
	}
	return newDataset(nil, nil, func(l *lower) {
		f, count := l.fields(fields)
		b, n := l.words(words, 5)
		importCreate(f, count, b, n, area())
		runtime.KeepAlive(writers)
	})
}

// Range is one column id, i64: start, start + step … below end (above, if step
// is negative).
func Range(start, end, step int64) *Dataset {
	return newDataset(nil, nil, func(*lower) { importRange(start, end, step, area()) })
}

// lowerInputs are names and data sets for a query or a plan.
func lowerInputs(inputs map[string]*Dataset) (nodes []*node, lowered func(l *lower) (uint32, uint32)) {
	names := sortedKeys(inputs)
	for _, name := range names {
		nodes = append(nodes, &inputs[name].node)
	}
	return nodes, func(l *lower) (uint32, uint32) {
		var list []uint32
		for i, name := range names {
			list = append(l.append(list, name), nodes[i].handle)
		}
		return l.words(list, 3)
	}
}

// SQL is a query in the engine's own dialect; inputs are the tables that it
// names.
func SQL(text string, inputs map[string]*Dataset) *Dataset {
	nodes, lowered := lowerInputs(inputs)
	return newDataset(nodes, nil, func(l *lower) {
		t, n := l.text(text)
		list, count := lowered(l)
		importSQL(t, n, 0, 0, list, count, 0, 0, 0, 0, 0, 0, 0, 0, area())
	})
}

// FromPlan is a serialized Substrait plan; inputs are the tables that it names.
func FromPlan(plan []byte, inputs map[string]*Dataset) *Dataset {
	nodes, lowered := lowerInputs(inputs)
	return newDataset(nodes, nil, func(l *lower) {
		p, n := l.text(string(plan))
		list, count := lowered(l)
		importFromPlan(p, n, list, count, area())
	})
}

// derive is a data set made of this one.
func (d *Dataset) derive(do func(l *lower)) *Dataset {
	return newDataset([]*node{&d.node}, nil, do)
}

// withStrings is for the many imports that take a list of strings.
func (d *Dataset) withStrings(list []string, method func(self, items, count, out uint32)) *Dataset {
	return d.derive(func(l *lower) {
		items, count := l.strings(list)
		method(d.handle, items, count, area())
	})
}

// Select makes columns of expressions: Select("a", "price * qty as total", "*").
func (d *Dataset) Select(expressions ...string) *Dataset {
	return d.withStrings(expressions, importSelect)
}

// WithColumn adds a column, or replaces the one of that name.
func (d *Dataset) WithColumn(name, expression string) *Dataset {
	return d.derive(func(l *lower) {
		a, n := l.text(name)
		t, m := l.text(expression)
		importWithColumn(d.handle, a, n, t, m, area())
	})
}

// Drop leaves columns out.
func (d *Dataset) Drop(columns ...string) *Dataset {
	return d.withStrings(columns, importDropColumns)
}

// Rename renames columns, old and new names by turns.
func (d *Dataset) Rename(names ...string) *Dataset {
	if len(names)%2 != 0 {
		return failedDataset(failf(InvalidArgument, "Rename: '%s' has no new name after it", names[len(names)-1]))
	}
	return d.derive(func(l *lower) {
		items, count := l.words(l.append(nil, names...), 4)
		importRename(d.handle, items, count, area())
	})
}

// Filter keeps the rows for which an expression is true.
func (d *Dataset) Filter(predicate string) *Dataset {
	return d.derive(func(l *lower) {
		t, n := l.text(predicate)
		importFilter(d.handle, t, n, area())
	})
}

// Distinct keeps one row of those that are equal in these columns (none: all).
func (d *Dataset) Distinct(columns ...string) *Dataset {
	return d.withStrings(columns, importDistinct)
}

// cutWord cuts a word off the end of a sort key.
func cutWord(key, word string) (string, bool) {
	fields := strings.Fields(key)
	if len(fields) < 2 || !strings.EqualFold(fields[len(fields)-1], word) {
		return key, false
	}
	key = strings.TrimSpace(key)
	return strings.TrimSpace(key[:len(key)-len(word)]), true
}

func (l *lower) sortKeys(keys []string) (uint32, uint32) {
	var list []uint32
	for _, key := range keys {
		var first, descending bool
		if rest, ok := cutWord(key, "first"); ok {
			if rest, ok = cutWord(rest, "nulls"); ok {
				key, first = rest, true
			}
		} else if rest, ok := cutWord(key, "last"); ok {
			if rest, ok = cutWord(rest, "nulls"); ok {
				key = rest
			}
		}
		if key, descending = cutWord(key, "desc"); !descending {
			key, _ = cutWord(key, "asc")
		}
		list = append(l.append(list, key), flag(descending)|flag(first)<<8)
	}
	return l.words(list, 3)
}

// Sort sorts by expressions, each with asc or desc and nulls first or nulls
// last after it: Sort("count desc", "word"). Nulls are last unless it says so.
func (d *Dataset) Sort(keys ...string) *Dataset {
	return d.derive(func(l *lower) {
		items, count := l.sortKeys(keys)
		importSort(d.handle, items, count, area())
	})
}

// SortWithinPartitions sorts each partition.
func (d *Dataset) SortWithinPartitions(keys ...string) *Dataset {
	return d.derive(func(l *lower) {
		items, count := l.sortKeys(keys)
		importSortWithin(d.handle, items, count, area())
	})
}

// Limit keeps the first rows.
func (d *Dataset) Limit(count uint64) *Dataset {
	return d.Slice(0, count)
}

// Slice skips offset rows, then keeps count.
func (d *Dataset) Slice(offset, count uint64) *Dataset {
	return d.derive(func(*lower) { importLimit(d.handle, count, offset, area()) })
}

// Sample keeps about this fraction of the rows, the same for the same seed.
func (d *Dataset) Sample(fraction float64, replacement bool, seed uint64) *Dataset {
	return d.derive(func(*lower) {
		importSample(d.handle, fraction, flag(replacement), seed, area())
	})
}

// JoinKind says which rows a join keeps.
type JoinKind uint8

const (
	Inner    JoinKind = iota // pairs that match
	Left                     // and rows of the left without a match
	Right                    // and rows of the right without a match
	Full                     // and rows of both without a match
	Semi                     // rows of the left that have a match
	Anti                     // rows of the left that have none
	Cross                    // all pairs; the condition is ""
	AsOf                     // with the nearest match by the condition's one inequality
	AsOfLeft                 // and rows of the left without a match
)

// Join pairs rows with those of another data set. A name that both have is
// written left.name, right.name in the condition.
func (d *Dataset) Join(right *Dataset, kind JoinKind, condition string) *Dataset {
	return newDataset([]*node{&d.node, &right.node}, nil, func(l *lower) {
		t, n := l.text(condition)
		importJoin(d.handle, right.handle, uint32(kind), 0, t, n, area())
	})
}

// JoinUsing joins by equality of the columns of these names, each of which is
// in the result once.
func (d *Dataset) JoinUsing(right *Dataset, kind JoinKind, columns ...string) *Dataset {
	return newDataset([]*node{&d.node, &right.node}, nil, func(l *lower) {
		items, count := l.strings(columns)
		importJoin(d.handle, right.handle, uint32(kind), 1, items, count, area())
	})
}

// SetOperation is one of rows as sets.
type SetOperation uint8

const (
	UnionAll SetOperation = iota
	UnionDistinct
	IntersectAll
	IntersectDistinct
	ExceptAll
	ExceptDistinct
)

// Combine combines rows with those of another data set, columns by position.
func (d *Dataset) Combine(operation SetOperation, other *Dataset) *Dataset {
	return d.combine(operation, other, false)
}

// CombineByName is Combine with columns by name.
func (d *Dataset) CombineByName(operation SetOperation, other *Dataset) *Dataset {
	return d.combine(operation, other, true)
}

func (d *Dataset) combine(operation SetOperation, other *Dataset, byName bool) *Dataset {
	return newDataset([]*node{&d.node, &other.node}, nil, func(*lower) {
		importSetOperation(d.handle, other.handle, uint32(operation), flag(byName), area())
	})
}

// Union has all rows of both, columns by position.
func (d *Dataset) Union(other *Dataset) *Dataset {
	return d.Combine(UnionAll, other)
}

// Repartition makes so many partitions, by the hash of columns, or evenly.
func (d *Dataset) Repartition(count uint32, columns ...string) *Dataset {
	return d.derive(func(l *lower) {
		items, n := l.strings(columns)
		importRepartition(d.handle, count, items, n, area())
	})
}

// Cache computes the rows at most once, by the first action that needs them.
// They are kept in memory, on disk when there is no room.
func (d *Dataset) Cache() *Dataset {
	return d.derive(func(*lower) { importCache(d.handle, 0, area()) })
}

// CacheOnDisk is Cache with the rows on disk.
func (d *Dataset) CacheOnDisk() *Dataset {
	return d.derive(func(*lower) { importCache(d.handle, 1, area()) })
}

// WithRowIndex adds a column i64 that counts rows from 0 in their order.
func (d *Dataset) WithRowIndex(name string) *Dataset {
	return d.derive(func(l *lower) {
		a, n := l.text(name)
		importWithRowIndex(d.handle, a, n, area())
	})
}

// Explode makes a row for each element of a list. outer keeps empty ones, as
// null; position names a column for the element's index, "" for none.
func (d *Dataset) Explode(column string, outer bool, position string) *Dataset {
	return d.derive(func(l *lower) {
		a, n := l.text(column)
		p, m := l.text(position)
		importExplode(d.handle, a, n, flag(outer), p, m, area())
	})
}

// Unpivot turns columns to rows; name and value name the new columns.
func (d *Dataset) Unpivot(name, value string, columns ...string) *Dataset {
	return d.derive(func(l *lower) {
		items, count := l.strings(columns)
		a, n := l.text(name)
		v, m := l.text(value)
		importUnpivot(d.handle, items, count, a, n, v, m, area())
	})
}

// Describe makes statistics of columns (none: all).
func (d *Dataset) Describe(columns ...string) *Dataset {
	return d.withStrings(columns, importDescribe)
}

// Zip puts the columns of another data set beside these, row by row.
func (d *Dataset) Zip(other *Dataset) *Dataset {
	return newDataset([]*node{&d.node, &other.node}, nil, func(*lower) {
		importZipWith(d.handle, other.handle, area())
	})
}

// With binds $name in the expressions of data sets derived from this one; the
// parameters are the fields of a struct.
func With[T any](d *Dataset, parameters T) *Dataset {
	row, err := rowTypeOf(reflect.TypeFor[T]())
	if err == nil {
		err = row.output()
	}
	if err != nil {
		return failedDataset(err)
	}
	fields := row.schema()
	w := newWriter(row, fields)
	if err := w.append(unsafe.Pointer(&parameters), 1); err != nil {
		return failedDataset(err)
	}
	return d.derive(func(l *lower) {
		f, count := l.fields(fields)
		b := w.wire()
		importWithParameters(d.handle, f, count, b[0], b[1], b[2], b[3], b[4], area())
		runtime.KeepAlive(w)
	})
}

func (d *Dataset) groupWith(keys []string, method func(self, items, count, out uint32)) *Grouped {
	return newGrouped(&d.node, func(l *lower) {
		items, count := l.strings(keys)
		method(d.handle, items, count, area())
	})
}

// GroupBy groups by expressions: GroupBy("origin", "delay / 60 as hours").
func (d *Dataset) GroupBy(keys ...string) *Grouped {
	return d.groupWith(keys, importGroupBy)
}

// Rollup groups by all keys, then by one less, … then by none.
func (d *Dataset) Rollup(keys ...string) *Grouped {
	return d.groupWith(keys, importRollup)
}

// Cube groups by all subsets of the keys.
func (d *Dataset) Cube(keys ...string) *Grouped {
	return d.groupWith(keys, importCube)
}

// WithWatermark says, for streams, which column is the time of an event, and how
// late a row may be.
func (d *Dataset) WithWatermark(column string, delay time.Duration) *Dataset {
	return d.derive(func(l *lower) {
		c, n := l.text(column)
		importWithWatermark(d.handle, c, n, uint64(max(delay, 0).Milliseconds()), area())
	})
}

// GroupingSets groups by each of the sets of keys, which are indices into keys.
func (d *Dataset) GroupingSets(keys []string, sets ...[]uint32) *Grouped {
	return newGrouped(&d.node, func(l *lower) {
		var list []uint32
		for _, set := range sets {
			at, n := l.words(set, 1)
			list = append(list, at, n)
		}
		items, count := l.strings(keys)
		at, n := l.words(list, 2)
		importGroupingSets(d.handle, items, count, at, n, area())
	})
}

// Pivot makes a column for each of the values (literals) of an expression, in
// Aggregate.
func (g *Grouped) Pivot(expression string, values ...string) *Grouped {
	return newGrouped(&g.node, func(l *lower) {
		t, n := l.text(expression)
		items, count := l.strings(values)
		importPivot(g.handle, t, n, items, count, area())
	})
}

// Schema is the columns. It binds the lambdas below, on a copy of memory that
// is discarded.
func (d *Dataset) Schema() ([]Field, error) {
	fields, err := d.fields()
	return publicFields(fields), err
}

func (d *Dataset) fields() (fields []field, err error) {
	if d.err != nil {
		return nil, d.err
	}
	err = call(func(*lower) error {
		importSchema(d.handle, area())
		if err := failed(1); err != nil {
			return err
		}
		fields = fieldsAt(host.area[1], host.area[2])
		return nil
	})
	return fields, err
}

// Explain is the plan in a format: text, json, dot, mermaid or sql.
func (d *Dataset) Explain(format string) (text string, err error) {
	if d.err != nil {
		return "", d.err
	}
	err = call(func(l *lower) error {
		o, count := l.options([]Options{{"format": format}})
		importExplain(d.handle, o, count, area())
		if err := failed(1); err != nil {
			return err
		}
		text = textAt(host.area[1], host.area[2])
		return nil
	})
	return text, err
}

// Plan is the plan as Substrait.
func (d *Dataset) Plan() (plan []byte, err error) {
	if d.err != nil {
		return nil, d.err
	}
	err = call(func(*lower) error {
		importToPlan(d.handle, area())
		if err := failed(1); err != nil {
			return err
		}
		plan = []byte(textAt(host.area[1], host.area[2]))
		return nil
	})
	return plan, err
}
