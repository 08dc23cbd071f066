package main

import (
	"errors"
	"fmt"
	"iter"
	"math/big"
	"strings"
	"time"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Item struct {
	SKU    string
	Qty    data.Null[int32]
	Prices []data.Decimal `data:",decimal(10,2)"`
	Tags   map[string]*string
}

type Shape struct {
	data.OneOf
	Circle *float64
	Box    *Box
	Name   data.Null[string]
}

type Box struct{ W, H int64 }

type Nested struct {
	ID      int64
	List    []int64
	Strings []string
	Lists   [][]data.Null[int16]
	Fixed   [3]float32
	FixedS  [2][]string
	Items   []Item
	One     Item
	Maybe   *Item
	MaybeN  data.Null[Box]
	Boxes   []*Box
	ByName  map[string]Box
	ByID    map[int64][]bool
	Ordered []data.Entry[string, *float64]
	Deep    map[string][]map[int8]data.Null[[]byte]
	NoList  *[]string
	NoMap   data.Null[map[string]int64]
	Shape   Shape
	Shapes  []Shape
	Days    []time.Time `data:",date"`
}

func pointer[T any](v T) *T { return &v }

func nested() []Nested {
	red := "red"
	item := Item{"a-1", data.Some(int32(7)), []data.Decimal{decimal("1.50"), decimal("-0.01")},
		map[string]*string{"": nil, "color": &red}}
	empty := Item{Prices: []data.Decimal{}, Tags: map[string]*string{}}
	full := Nested{1, []int64{1, -2, 1 << 62}, []string{"", "日本", "x"},
		[][]data.Null[int16]{{}, {{}, data.Some(int16(-5))}, {data.Some(int16(9))}},
		[3]float32{1, 2.5, -0.25}, [2][]string{{"p", "q"}, {}}, []Item{item, empty, item}, item, &item,
		data.Some(Box{3, 4}), []*Box{{1, 2}, nil, {5, 6}},
		map[string]Box{"b": {7, 8}, "a": {9, 10}}, map[int64][]bool{-1: {true, false}, 5: {}},
		[]data.Entry[string, *float64]{{Key: "z", Value: pointer(1.5)}, {Key: "a"}},
		map[string][]map[int8]data.Null[[]byte]{"k": {{}, {1: data.Some([]byte{0, 255}), -1: {}}}},
		&[]string{"only"}, data.Some(map[string]int64{"one": 1}),
		Shape{Box: &Box{1, 1}}, []Shape{{Circle: pointer(2.5)}, {Name: data.Some("n")}, {Box: &Box{2, 3}}},
		[]time.Time{time.Unix(-86400, 0).UTC(), time.Unix(0, 0).UTC()}}
	none := Nested{List: []int64{}, Strings: []string{}, Lists: [][]data.Null[int16]{},
		FixedS: [2][]string{{}, {}}, Items: []Item{}, One: empty, Boxes: []*Box{}, ByName: map[string]Box{},
		ByID: map[int64][]bool{}, Ordered: []data.Entry[string, *float64]{},
		Deep:  map[string][]map[int8]data.Null[[]byte]{},
		Shape: Shape{Circle: pointer(0.0)}, Shapes: []Shape{}, Days: []time.Time{}}
	return []Nested{full, none}
}

func same[T any](row T) T { return row }

func caseNested() {
	rows := nested()
	made := data.Create(rows)
	expect(all[Nested](made), rows)
	expect(all[Nested](data.Map(made, same[Nested])), rows)
	many := make([]Nested, 3000)
	for i := range many {
		many[i] = rows[i*i%7%2]
		many[i].ID = int64(i)
	}
	through := data.Map(data.Create(many), same[Nested])
	expect(all[Nested](through.Sort("id")), many)
	schema, err := through.Schema()
	expect(err, nil)
	contains(fmt.Sprint(schema), "list list<i64> not null", "lists list<list<i16>>", "fixed list<f32, 3>",
		"one struct<sku string, qty i32, prices list<decimal(10,2)>, tags map<string, string>>",
		"maybe struct<", "shape union<circle f64, box struct<w i64, h i64>, name string>")
	// Expressions see what lambdas made.
	exploded := through.Filter("id = 0").Explode("strings", false, "at").Select("strings").Sort("strings")
	expect(all[string](exploded), []string{"", "x", "日本"})
	expect(all[int64](through.GroupBy("list").Aggregate("count(*) as n").Select("n").Sort("n")), []int64{857, 2143})
	// A struct of fewer fields reads what it has.
	type Part struct {
		Items []struct{ Qty data.Null[int64] }
		One   struct {
			Tags []data.Entry[string, data.Null[string]]
		}
	}
	parts := all[Part](data.Filter(data.Create(rows[:1]), func(p Part) bool { return len(p.Items) == 3 }))
	expect(parts[0].Items[2].Qty, data.Some(int64(7)))
	expect(parts[0].One.Tags, []data.Entry[string, data.Null[string]]{{Key: ""}, {Key: "color", Value: data.Some("red")}})
	// One value that is nested, columns of nested values, partitions, groups.
	expect(all[[]int64](data.Map(data.Range(0, 3, 1), func(id int64) []int64 { return make([]int64, id) })),
		[][]int64{{}, {0}, {0, 0}})
	type Columns struct {
		ID    []int64
		Items [][]Item
	}
	type Counts struct{ Items [][]Item }
	batch := data.MapBatch(through, func(c Columns) Counts {
		for i := range c.Items {
			c.Items[i] = append(c.Items[i], Item{SKU: fmt.Sprint(c.ID[i])})
		}
		return Counts{c.Items}
	})
	items := all[struct{ Items Item }](batch.Explode("items", false, "").Select("items"))
	numbered := 0
	for _, item := range items {
		numbered += len(item.Items.SKU) - len(strings.TrimLeft(item.Items.SKU, "0123456789"))
	}
	expect(numbered, 10+2*90+3*900+4*2000)
	whole := data.MapPartitions(through, func(rows iter.Seq[Nested], emit func(map[string]int64)) error {
		count := map[string]int64{}
		for row := range rows {
			for name := range row.ByName {
				count[name]++
			}
		}
		emit(count)
		return nil
	})
	total := int64(0)
	for _, m := range all[map[string]int64](whole) {
		total += m["a"]
	}
	full := int64(0)
	for _, row := range many {
		full += int64(len(row.ByName) / 2)
	}
	expect(total, full)
	flat := data.FlatMap(through, func(n Nested, emit func(Item)) {
		for _, item := range n.Items {
			emit(item)
		}
	})
	expect(len(all[Item](flat)), int(3*full))
}

type Optional struct {
	ID  int64
	L   *[]*string
	F   data.Null[[2]data.Null[int64]]
	S   *Inner
	M   data.Null[map[int32]*[]float64]
	LS  []data.Null[Inner]
	U   data.Null[data.UUID]
	O   *[]data.Entry[int64, data.Null[Inner]]
	E   data.Null[string] `data:"e,enum(small,large)"`
	Sh  *Shape
	FFF *[2][2]*[1]bool
}

type Inner struct {
	A *int64
	B data.Null[string]
	C []data.Null[bool]
	D time.Time
	E data.Decimal `data:"e,decimal(38,10)"`
}

func optional(i int) (o Optional) {
	o.ID = int64(i)
	has := func(bit int) bool { return i>>bit&1 != 0 }
	inner := func(n int) Inner {
		in := Inner{C: []data.Null[bool]{}, D: time.Unix(int64(n), 0).UTC(), E: decimal("1.0000000000")}
		if n%2 == 0 {
			in.A, in.B = pointer(int64(n)), data.Some(fmt.Sprint(n))
			in.C = append(in.C, data.Some(true), data.Null[bool]{})
		}
		return in
	}
	o.LS = []data.Null[Inner]{}
	if has(0) {
		o.L = &[]*string{nil, pointer("x"), nil, pointer("")}
		o.LS = append(o.LS, data.Null[Inner]{}, data.Some(inner(i)), data.Null[Inner]{}, data.Some(inner(i+1)))
	}
	if has(1) {
		o.F = data.Some([2]data.Null[int64]{{}, data.Some(int64(i))})
		o.FFF = &[2][2]*[1]bool{{nil, {true}}, {{false}, nil}}
	}
	if has(2) {
		o.S = pointer(inner(i))
		o.E = data.Some([]string{"small", "large"}[i%2])
	}
	if has(3) {
		o.M = data.Some(map[int32]*[]float64{1: nil, -2: {0.5}, 3: {}})
		o.U = data.Some(data.UUID{0: byte(i), 15: 255})
	}
	if has(4) {
		o.O = &[]data.Entry[int64, data.Null[Inner]]{{Key: 5, Value: data.Some(inner(i))}, {Key: 4}}
		o.Sh = &Shape{Name: data.Some(fmt.Sprint(i))}
	}
	return o
}

func caseNestedNulls() {
	rows := make([]Optional, 5000)
	for i := range rows {
		rows[i] = optional(i)
	}
	through := data.Map(data.Create(rows).Sort("id"), same[Optional])
	// A union itself is never null: what is, is a null of its first member.
	for i := range rows {
		if rows[i].Sh == nil {
			rows[i].Sh = &Shape{}
		}
	}
	expect(all[Optional](through.Sort("id")), rows)
	type Counts struct{ L, F, S, M, U, O, E int64 }
	counts := all[Counts](through.Aggregate("count(l) as l", "count(f) as f", "count(s) as s", "count(m) as m",
		"count(u) as u", "count(o) as o", "count(e) as e"))
	want := Counts{}
	for _, r := range rows {
		for bit, n := range []*int64{&want.L, &want.F, &want.S, &want.M, &want.O} {
			*n += r.ID >> bit & 1
		}
	}
	want.U, want.E = want.M, want.S
	expect(counts, []Counts{want})
	// Fields that are not null read null as nothing, at every level.
	type Plain struct {
		L  []string
		F  [2]int64
		S  struct{ C []bool }
		M  map[int32][]float64
		LS []struct{ B string }
		U  data.UUID
	}
	plain := all[Plain](data.Map(through.Filter("id = 0 or id = 15"), func(p Plain) Plain { return p }).Sort("l is not null"))
	expect(len(plain), 2)
	for _, p := range plain {
		if p.L == nil || len(p.L) == 0 {
			expect(p, Plain{L: []string{}, M: map[int32][]float64{}, LS: []struct{ B string }{}, S: struct{ C []bool }{[]bool{}}})
			continue
		}
		expect(p.L, []string{"", "x", "", ""})
		expect(p.F, [2]int64{0, 15})
		expect(p.M, map[int32][]float64{1: {}, -2: {.5}, 3: {}})
		expect(p.LS, []struct{ B string }{{}, {}, {}, {"16"}})
	}
	// Nothing but empty and null.
	expect(all[Optional](data.Map(data.Create([]Optional{}), same[Optional])), []Optional(nil))
	expect(all[Optional](data.Map(data.Create([]Optional{{LS: []data.Null[Inner]{}}}), same[Optional])),
		[]Optional{{LS: []data.Null[Inner]{}, Sh: &Shape{}}})
}

type Special struct {
	U     data.UUID
	Other [16]byte
	Raw   [16]byte `data:"raw,binary"`
	Four  [4]byte
	Span  data.Interval
	Hours time.Duration
	Clock time.Duration            `data:"clock,time"`
	Secs  time.Duration            `data:"secs,time(s)"`
	Ms    *time.Duration           `data:"ms,time(ms)"`
	Ns    data.Null[time.Duration] `data:"ns,time(ns)"`
	Huge  *big.Int
	Bigs  []big.Int
	Scale data.Decimal `data:"scale,decimal(38,37)"`
	Tiny  data.Decimal `data:"tiny,decimal(1,0)"`
	Size  string       `data:"size,enum(small, large)"`
	Sizes []string     `data:"sizes,enum(s,m,l)"`
	Spans []data.Null[data.Interval]
}

func bigInt(text string) *big.Int {
	n, _ := new(big.Int).SetString(text, 10)
	return n
}

func special() []Special {
	u, err := data.ParseUUID("01234567-89ab-cdef-fedc-ba9876543210")
	data.Check(err)
	nines := strings.Repeat("9", 38)
	return []Special{
		{u, u, u, [4]byte{1, 2, 3, 255}, data.Interval{Months: 14, Days: -3, Nanos: 1000}, -90 * time.Minute,
			24*time.Hour - time.Microsecond, 12 * time.Hour, pointer(time.Millisecond), data.Some(time.Duration(1)),
			bigInt("-" + nines), []big.Int{*bigInt(nines), *bigInt("0"), *bigInt("18446744073709551616")},
			decimal("-9." + strings.Repeat("9", 37)), decimal("-9"), "large", []string{"s", "l", "m", "s"},
			[]data.Null[data.Interval]{{}, data.Some(data.Interval{Days: 1})}},
		{Size: "small", Bigs: []big.Int{}, Sizes: []string{}, Spans: []data.Null[data.Interval]{},
			Scale: decimal("0." + strings.Repeat("0", 37))},
	}
}

// text is for comparison: equal big numbers may differ inside.
func (s Special) text() string {
	text := fmt.Sprint(s.Huge, " ", s.Ms == nil || *s.Ms == time.Millisecond)
	for i := range s.Bigs {
		text += " " + s.Bigs[i].String()
	}
	s.Huge, s.Bigs, s.Ms = nil, nil, nil
	return text + fmt.Sprintf(" %+v", s)
}

func texts(rows []Special) (list []string) {
	for _, row := range rows {
		list = append(list, row.text())
	}
	return list
}

func caseSpecial() {
	rows := special()
	made := data.Create(rows)
	expect(texts(all[Special](made)), texts(rows))
	through := data.Map(made, same[Special])
	expect(texts(all[Special](through)), texts(rows))
	schema, err := through.Schema()
	expect(err, nil)
	contains(fmt.Sprint(schema), "u uuid not null", "other uuid", "span interval", "hours interval", "clock time(us)",
		"secs time(s)", "ms time(ms)", "ns time(ns)", "huge decimal(38,0)", "bigs list<decimal(38,0)>",
		"scale decimal(38,37)", "size enum", "sizes list<enum>")
	type Said struct{ U, Span, Clock, Size, Huge string }
	said := all[Said](through.Filter("cast(size as string) = 'large'").Select("cast(u as string) as u", "cast(span as string) as span",
		"cast(clock as string) as clock", "cast(size as string) as size", "cast(huge as string) as huge"))
	expect(said[0].U, "01234567-89ab-cdef-fedc-ba9876543210")
	expect(said[0].Clock, "23:59:59.999999")
	expect([]string{said[0].Size, said[0].Huge}, []string{"large", "-" + strings.Repeat("9", 38)})
	contains(said[0].Span, "-3 days")
	// Other forms of the same columns.
	type Others struct {
		U     []byte
		Raw   []byte
		Four  []byte
		Clock time.Duration
		Ns    *time.Duration
		Tiny  data.Decimal
	}
	others := all[Others](through.Filter("cast(size as string) = 'large'"))[0]
	expect(others.U, rows[0].U[:])
	expect(others.Raw, rows[0].Raw[:])
	expect(others.Four, []byte{1, 2, 3, 255})
	expect(others.Clock, 24*time.Hour-time.Microsecond)
	type Whole struct{ A, B, C big.Int }
	whole := all[Whole](data.Create([]struct {
		A int8
		B uint64
		C int32
	}{{-5, 1<<64 - 1, -1 << 31}}))[0]
	expect([]string{whole.A.String(), whole.B.String(), whole.C.String()}, []string{"-5", "18446744073709551615", "-2147483648"})
	// What does not fit is said.
	base := data.Range(0, 1, 1)
	contains(fails(data.Map(base, func(int64) *big.Int { return bigInt("1" + strings.Repeat("0", 38)) })), "does not fit decimal(38,0)")
	contains(fails(data.Map(base, func(int64) (r struct {
		X time.Duration `data:"x,time"`
	}) {
		r.X = -1
		return r
	})), "-1ns is no time of day", "column 'x'")
	contains(fails(data.Map(base, func(int64) (r struct {
		Sizes []string `data:"sizes,enum(a,b)"`
	}) {
		r.Sizes = []string{"a", "c"}
		return r
	})), `"c" is not one of the enum's values ["a" "b"]`)
	contains(fails(data.Map(through.Select("span"), func(d time.Duration) time.Duration { return d })), "14 months -3 days", "data.Interval")
	contains(fails(data.Map(base, func(int64) Shape { return Shape{Circle: new(float64), Name: data.Some("")} })),
		"Shape.Circle and main.Shape.Name both have a value")
	_, err = data.ParseUUID("01234567-89ab-cdef-fedc-ba987654321x")
	contains(err.Error(), "is not a UUID")
	expect(data.Interval{Months: 1, Days: -2, Nanos: 5e8}.String(), "1 months -2 days 500ms")
}

func caseDynamic() {
	made := data.Create(nested()).Sort("id desc")
	records := all[data.Record](made)
	first := records[0]
	expect(first["id"], int64(1))
	expect(first["lists"], []any{[]any{}, []any{nil, int16(-5)}, []any{int16(9)}})
	item := first["one"].(data.Record)
	expect(item["qty"], int32(7))
	expect(item["prices"].([]any)[1].(data.Decimal).String(), "-0.01")
	expect(item["tags"], []data.Entry[any, any]{{Key: "", Value: nil}, {Key: "color", Value: "red"}})
	expect(first["shapes"].([]any)[:2], []any{2.5, "n"})
	expect(first["fixed"], []any{float32(1), float32(2.5), float32(-0.25)})
	expect(records[1]["maybe"], nil)
	others := all[data.Record](data.Create(special()))
	expect(others[0]["u"].(data.UUID).String(), "01234567-89ab-cdef-fedc-ba9876543210")
	expect(others[0]["clock"], 24*time.Hour-time.Microsecond)
	expect(others[0]["span"], data.Interval{Months: 14, Days: -3, Nanos: 1000})
	expect(others[0]["sizes"], []any{"s", "l", "m", "s"})
	expect(others[1]["ns"], nil)
	// Records and fields of any kind go into lambdas.
	names := data.FlatMap(made, func(r data.Record, emit func(string)) {
		for name, value := range r {
			if value == nil {
				emit(name)
			}
		}
	})
	expect(all[string](names.Sort("value")), []string{"maybe", "maybe_n", "no_list", "no_map"})
	type Any struct {
		ID  any
		One any
		L   []any `data:"list"`
	}
	anys := data.Map(made, func(a Any) string { return fmt.Sprintf("%v %T %v", a.ID, a.One, a.L) })
	expect(all[string](anys), []string{"1 wasidata.Record [1 -2 4611686018427387904]", "0 wasidata.Record []"})
	null, there, err := data.First[data.Record](data.Range(0, 1, 1).Select("null as n", "id"))
	expect([]any{null, there, err}, []any{data.Record{"n": nil, "id": int64(0)}, true, error(nil)})
	contains(fails(data.Map(made, func(r data.Record) data.Record { return r })), "rows that come out need a struct")
	contains(fails(data.Map(made, func(a Any) Any { return a })), "Any.ID", "needs a type")
}

type Basket struct {
	Key   int64
	Items []Item
	Seen  map[string]int64
	Order []data.Entry[string, *[2]int64]
	Box   *Box
	Span  data.Null[data.Interval]
	ID    data.UUID
	Huge  *big.Int
	Shape Shape
	At    time.Time
}

func caseNestedReduce() {
	baskets := data.Map(data.Range(0, 3000, 1), func(id int64) Basket {
		b := Basket{Key: id % 3, Seen: map[string]int64{fmt.Sprint(id % 2): 1}, ID: data.UUID{byte(id)},
			Items: []Item{}, Order: []data.Entry[string, *[2]int64]{}, Huge: bigInt("-100000000000000000000"),
			Shape: Shape{Circle: pointer(float64(id))}, At: time.Unix(id, 0).UTC()}
		if id < 6 {
			b.Items = append(b.Items, Item{SKU: fmt.Sprint(id), Prices: []data.Decimal{decimal("0.01")}, Tags: map[string]*string{"a": nil}})
			b.Order = append(b.Order, data.Entry[string, *[2]int64]{Key: fmt.Sprint(id), Value: &[2]int64{id, -id}})
			b.Box, b.Span = &Box{id, 0}, data.Some(data.Interval{Days: int32(id)})
		}
		return b
	})
	rows := all[Basket](data.Reduce(baskets.GroupBy("key"), func(a, b Basket) Basket {
		if b.At.Before(a.At) {
			a, b = b, a
		}
		a.Items = append(a.Items, b.Items...)
		a.Order = append(a.Order, b.Order...)
		for name, n := range b.Seen {
			a.Seen[name] += n
		}
		a.Huge = new(big.Int).Add(a.Huge, b.Huge)
		a.Shape, a.ID = Shape{Name: data.Some("both")}, data.UUID{}
		return a
	}).Sort("key"))
	expect(len(rows), 3)
	expect(rows[1].Seen, map[string]int64{"0": 500, "1": 500})
	expect(rows[1].Huge.String(), "-100000000000000000000000")
	expect(rows[1].Box, &Box{1, 0})
	expect(rows[1].Span, data.Some(data.Interval{Days: 1}))
	expect(rows[1].Shape, Shape{Name: data.Some("both")})
	found := map[string]bool{}
	for _, item := range rows[1].Items {
		found[item.SKU] = true
		expect(item.Tags, map[string]*string{"a": nil})
	}
	expect(found, map[string]bool{"1": true, "4": true})
	for _, entry := range rows[1].Order {
		expect(fmt.Sprint((*entry.Value)[0]), entry.Key)
	}
	contains(fails(data.Reduce(baskets.Select("key", "box").GroupBy("key"), func(a, b struct {
		Key int64
		Box *struct{ W int64 }
	}) struct {
		Key int64
		Box *struct{ W int64 }
	} {
		return a
	})), "column 'box' is struct<w i64, h i64>", "exactly the columns' types")
}

func caseNestedErrors() {
	made := data.Create(nested())
	count := func(d *data.Dataset) string { return fails(d) }
	contains(count(data.Filter(made, func(struct{ Items []struct{ Size int64 } }) bool { return true })),
		"there is no 'size' in column 'items[]'", "Size: it is struct<sku string, qty i32", "there are: id i64, list list<i64>")
	contains(count(data.Filter(made, func(struct{ One struct{ SKU int64 } }) bool { return true })),
		"column 'one.sku' is string and", "SKU is int64: change the field, or cast the column")
	contains(count(data.Filter(made, func(struct{ ByName map[int64]Box }) bool { return true })), "column 'by_name.key' is string")
	contains(count(data.Filter(made, func(struct{ ByName map[string]int64 }) bool { return true })), "column 'by_name.value' is struct<w i64, h i64>")
	contains(count(data.Filter(made, func(struct{ List int64 }) bool { return true })), "column 'list' is list<i64> and", "List is int64")
	contains(count(data.Filter(made, func(struct{ ID []int64 }) bool { return true })), "column 'id' is i64", "ID is []int64")
	contains(count(data.Filter(made, func(struct{ Fixed [4]float32 }) bool { return true })), "list<f32, 3>", "[4]float32")
	contains(count(data.Filter(made, func(struct {
		Shape struct {
			data.OneOf
			Circle *float64
		}
	}) bool {
		return true
	})), "has no field for 'box' of column 'shape'")
	_, err := data.CollectAll[struct{ Lists [][]string }](made)
	contains(err.Error(), "column 'lists[][]' is i16", "string")
	expect(errors.Is(err, data.TypeMismatch), true)
	_, err = data.CollectAll[struct{ Nothing string }](made)
	contains(err.Error(), "there is no column 'nothing'", "there are: id i64")
	// Types that are no columns.
	type Tree struct{ Children []Tree }
	contains(count(data.Create([]Tree{})), "Tree", "no deeper than 64")
	contains(count(data.Create([]struct{ F func() }{})), "cannot be of the Go type func()")
	contains(count(data.Create([]struct{ F []chan int }{})), "F: a column cannot be of the Go type chan int")
	contains(count(data.Create([]struct{ M map[*Box]int }{})), "keys of a map are never null")
	contains(count(data.Create([]struct{ S struct{ x int } }{})), "has no exported fields")
	contains(count(data.Create([]struct{ L [0]int64 }{})), "has no elements")
	contains(count(data.Create([]struct{ D []data.Decimal }{})), "needs its precision and scale")
	contains(count(data.Create([]struct {
		E string `data:"e,enum(a,a)"`
	}{})), `has "a" twice`)
	contains(count(data.Create([]struct {
		X int64 `data:"x,date"`
	}{})), "the tag's type", "int64")
	// An error in the middle names the place.
	bad := data.Map(data.Range(0, 100, 1), func(id int64) (o struct{ In []Inner }) {
		o.In = []Inner{{D: time.Unix(0, 0), E: data.NewDecimal(1, 0)}, {D: time.Unix(0, 0), E: data.NewDecimal(id, 20)}}
		return o
	})
	contains(count(bad), "column 'in'", "in 'e' (main.Inner.E)", "more than 10 digits")
	panics := data.Map(made, func(n Nested) int64 { return n.List[7] })
	_, err = panics.Count()
	var e *data.Error
	expect(errors.As(err, &e), true)
	contains(e.Message, "panic: runtime error: index out of range [7] with length")
	contains(e.Origin, "nested.go:")
}

func caseManyGroups() {
	type Row struct {
		Key  int64
		List []int64
	}
	rows := data.Map(data.Range(0, 1_000_000, 1), func(id int64) Row { return Row{id, []int64{id}} })
	reduced := data.Reduce(rows.GroupBy("key"), func(a, b Row) Row { return Row{a.Key, append(a.List, b.List...)} })
	type Sum struct{ N, S int64 }
	expect(all[Sum](reduced.Aggregate("count(*) as n", "sum(key) as s")), []Sum{{1000000, 999999 * 500000}})
}
