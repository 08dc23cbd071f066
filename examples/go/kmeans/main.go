// Lloyd's k-means: iterations whose lambda captures the last step's centres.
//
//	wasi-data run kmeans.wasm [POINTS]
//
// The points are made by a lambda from the rows' numbers, around four places.
// Coordinates are integers, so that sums do not depend on the order of rows:
// the result is the same on any number of threads.
package main

import (
	"fmt"
	"os"
	"strconv"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

const mostSteps = 50

type Point struct {
	X, Y int64
}

type Centres [4]Point

// A number that looks random, from 0 to below limit (splitmix64).
func scatter(seed, limit uint64) int64 {
	seed += 0x9e3779b97f4a7c15
	seed = (seed ^ seed>>30) * 0xbf58476d1ce4e5b9
	seed = (seed ^ seed>>27) * 0x94d049bb133111eb
	return int64((seed ^ seed>>31) % limit)
}

var places = Centres{{-5000, -5000}, {6000, -2000}, {1000, 5000}, {-7000, 6000}}

func makePoint(id int64) Point {
	place := places[id%4]
	return Point{
		place.X + scatter(2*uint64(id), 4000) - 2000,
		place.Y + scatter(2*uint64(id)+1, 4000) - 2000,
	}
}

func distance(a, b Point) int64 {
	return (a.X-b.X)*(a.X-b.X) + (a.Y-b.Y)*(a.Y-b.Y)
}

// By the batch: whole columns in, whole columns out.
type Columns struct {
	X, Y []int64
}

type Assigned struct {
	X, Y, Cluster []int64
}

func (centres *Centres) nearest(in Columns) Assigned {
	cluster := make([]int64, len(in.X))
	for i := range cluster {
		p := Point{in.X[i], in.Y[i]}
		nearest := 0
		for c := 1; c < len(centres); c++ {
			if distance(p, centres[c]) < distance(p, centres[nearest]) {
				nearest = c
			}
		}
		cluster[i] = int64(nearest)
	}
	return Assigned{in.X, in.Y, cluster}
}

type Sums struct {
	Cluster, Points, X, Y int64
}

// One step: the means of the points nearest to each centre.
func step(points *data.Dataset, last Centres) (Centres, error) {
	sums := data.MapBatch(points, last.nearest).GroupBy("cluster").
		Aggregate("count(*) as points", "sum(x) as x", "sum(y) as y")
	next := last
	for s, err := range data.Collect[Sums](sums) {
		if err != nil {
			return next, err
		}
		next[s.Cluster] = Point{s.X / s.Points, s.Y / s.Points}
	}
	return next, nil
}

func main() {
	count := int64(100000)
	if len(os.Args) > 1 {
		var err error
		count, err = strconv.ParseInt(os.Args[1], 10, 64)
		data.Check(err)
	}
	centres := Centres{{0, 0}, {1000, 0}, {0, 1000}, {-1000, 0}}
	points := data.Map(data.Range(0, count, 1), makePoint)
	steps := 0
	for moved := true; moved && steps < mostSteps; steps++ {
		next, err := step(points, centres)
		data.Check(err)
		moved = next != centres
		centres = next
	}
	fmt.Println(steps, "steps")
	for _, c := range centres {
		fmt.Println(c.X, c.Y)
	}
}
