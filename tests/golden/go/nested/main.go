package main

import (
	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Item struct {
	Name  data.Null[string]
	Sizes *[]data.Null[int64]
}

func (i *Item) sizes() []data.Null[int64] {
	if i.Sizes == nil {
		return nil
	}
	return *i.Sizes
}

type Cart struct {
	ID    int64
	Items *[]*Item
	Gift  *Item
	Tags  *[]data.Entry[string, data.Null[string]]
}

type Summary struct {
	ID      int64
	Names   *[]data.Null[string]
	Total   int64
	Largest *Item
	Tags    *[]data.Entry[string, data.Null[int64]]
	Counts  *[2]int64
}

func (s *Summary) add(item *Item) {
	for _, size := range item.sizes() {
		s.Total += size.V
	}
	if s.Largest == nil || len(item.sizes()) > len(s.Largest.sizes()) {
		s.Largest = item
	}
}

func summary(c Cart) Summary {
	s := Summary{ID: c.ID}
	if c.Items != nil {
		s.Names, s.Counts = &[]data.Null[string]{}, &[2]int64{int64(len(*c.Items)), 0}
		for _, item := range *c.Items {
			if item == nil {
				s.Counts[1]++
				continue
			}
			*s.Names = append(*s.Names, item.Name)
			s.add(item)
		}
	}
	if c.Gift != nil {
		s.add(c.Gift)
	}
	if c.Tags != nil {
		s.Tags = &[]data.Entry[string, data.Null[int64]]{}
		for _, tag := range *c.Tags {
			entry := data.Entry[string, data.Null[int64]]{Key: tag.Key}
			if tag.Value.Valid {
				entry.Value = data.Some(int64(len(tag.Value.V)))
			}
			*s.Tags = append(*s.Tags, entry)
		}
	}
	return s
}

func main() {
	summaries := data.Map(data.Read("carts"), summary)
	data.Check(summaries.Sort("id").Show())
	names := summaries.Explode("names", false, "").GroupBy("names as name")
	data.Check(names.Aggregate("count(*) as n").Sort("n desc", "name").Show())
}
