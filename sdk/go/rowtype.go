package wasidata

import (
	"reflect"
	"strings"
	"unicode"
)

// rowType is a Go type as rows.
type rowType struct {
	goType  reflect.Type
	fields  []rowField
	scalar  bool
	slices  bool // fields are columns: []T instead of T
	dynamic bool // a Record, of the columns that there are
}

// schema is what the rows are as columns.
func (t *rowType) schema() []field {
	fields := columnsOf(t.fields)
	if t.scalar {
		fields[0].name = "value"
	}
	return fields
}

// rowTypeOf looks at a row type: a struct, or a single value.
func rowTypeOf(t reflect.Type) (row *rowType, err error) {
	row = &rowType{goType: t}
	switch {
	case t == recordType:
		row.dynamic = true
	case isRecord(t) && namedTypes[t] == "":
		row.fields, err = fieldsOf(t, 0, false, 1)
	default:
		row.scalar = true
		var s shape
		s, err = shapeOf(t, "", t.String(), 1)
		row.fields = []rowField{{shape: s, goName: t.String()}}
	}
	return row, err
}

// columnsTypeOf looks at a struct of columns.
func columnsTypeOf(t reflect.Type) (row *rowType, err error) {
	row = &rowType{goType: t, slices: true}
	if !isRecord(t) {
		return nil, failf(InvalidArgument, "%v: a batch is a struct of slices, one for each column", t)
	}
	row.fields, err = fieldsOf(t, 0, true, 1)
	return row, err
}

// columnName is the column of a field without a tag: MeanDelay is mean_delay.
func columnName(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) ||
			i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// output refuses what cannot be columns that come out.
func (t *rowType) output() error {
	if t.dynamic {
		return failf(InvalidArgument, "%v has the columns that there are: rows that come out need a struct that names theirs", t.goType)
	}
	return outputFields(t.fields)
}

// find matches the fields with columns of the input, by name or by position.
func (t *rowType) find(input []field, positional bool) ([]uint32, error) {
	if t.dynamic {
		return everyColumn(input)
	}
	if positional && len(t.fields) != len(input) || t.scalar && len(input) != 1 {
		return nil, failf(InvalidArgument, "%v takes %d columns and got %d; %s",
			t.goType, len(t.fields), len(input), listOf(input))
	}
	columns := make([]uint32, len(t.fields))
	for i := range t.fields {
		f := &t.fields[i]
		columns[i] = uint32(i)
		if !positional && !t.scalar {
			found := findColumn(input, f.name)
			if found < 0 {
				return nil, failf(InvalidArgument, "there is no column '%s' for %s; %s",
					f.name, f.goName, listOf(input))
			}
			columns[i] = uint32(found)
		}
		in := input[columns[i]]
		if _, err := decoderOf(&f.shape, in.typ, in.name, f.goName); err != nil {
			return nil, failf(err.(*Error).Code, "%s; %s", err.(*Error).Message, listOf(input))
		}
	}
	return columns, nil
}

func findColumn(columns []field, name string) int {
	for i := range columns {
		if columns[i].name == name {
			return i
		}
	}
	return -1
}

func everyColumn(input []field) (columns []uint32, err error) {
	for i, f := range input {
		if err := readable(f); err != nil {
			return nil, err
		}
		columns = append(columns, uint32(i))
	}
	return columns, nil
}

func readable(f field) error {
	if f.typ.known() {
		return nil
	}
	return failf(Unsupported, "column '%s' has a type that Go programs do not read (%v): leave it out by Select, or cast it", f.name, f.typ)
}
