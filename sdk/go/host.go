package wasidata

import (
	"runtime"
	"sync"
	"unsafe"
)

// host is what calls of the host's functions share.
var host struct {
	// One call at a time: what it returns lies in the arena until it is read.
	// It also keeps goroutines from calling while the host is in cabi_realloc.
	sync.Mutex
	// Where results are put.
	_    [0]uint64 // aligns the area
	area [16]uint32
	// In a worker there is nothing to call but context.
	worker bool
}

func area() uint32 {
	return uint32(uintptr(unsafe.Pointer(&host.area)))
}

// call calls the host: do makes the call and reads what it returned, of which
// nothing may be kept without copying it.
func call(do func(l *lower) error) error {
	if host.worker {
		return failf(Unsupported, "data sets cannot be used inside a lambda")
	}
	host.Lock()
	defer host.Unlock()
	dropSettled()
	var l lower
	err := do(&l)
	arena.spent = true
	runtime.KeepAlive(l)
	return err
}

// failed is the error of a result; at is where it stands if there is one.
func failed(at int) error {
	if host.area[0]&0xff == 0 {
		return nil
	}
	w := host.area[at:]
	return &Error{Code(w[0]), textAt(w[1], w[2]), textAt(w[3], w[4])}
}

// node is a data set or a grouped one.
type node struct {
	handle uint32
	err    error
	// What lambdas below captured must stay as long as this does.
	inputs []*node
}

// What the collector found to be garbage is dropped by the next call.
var dropped struct {
	sync.Mutex
	list []resource
}

type resource struct {
	handle  uint32
	drop    func(handle uint32)
	lambdas []uint32
}

func dropLater(r resource) {
	dropped.Lock()
	dropped.list = append(dropped.list, r)
	dropped.Unlock()
}

// How many handles are open, and how many are taken as a sign that a collection
// is due: they weigh more in the host than here.
var open, openLimit = 0, 1000

func dropSettled() {
	if open > openLimit {
		runtime.GC()
		runtime.Gosched() // to the cleanups
	}
	dropped.Lock()
	list := dropped.list
	dropped.list = nil
	dropped.Unlock()
	for _, r := range list {
		r.drop(r.handle)
		for _, slot := range r.lambdas {
			lambdas.free(slot)
		}
		open--
	}
	if open > openLimit {
		openLimit = 2 * open
	}
}

func (n *node) init(owner *node, drop func(uint32), slots []uint32, inputs []*node, do func(l *lower)) {
	n.inputs = inputs
	for _, input := range inputs {
		if input.err != nil {
			n.err = input.err
			break
		}
	}
	if n.err == nil {
		n.err = call(func(l *lower) error {
			do(l)
			n.handle = host.area[1]
			return failed(1)
		})
	}
	if n.err != nil {
		for _, slot := range slots {
			lambdas.free(slot)
		}
		return
	}
	open++
	runtime.AddCleanup(owner, dropLater, resource{n.handle, drop, slots})
}

// newDataset makes a data set of inputs; do calls the host.
func newDataset(inputs []*node, slots []uint32, do func(l *lower)) *Dataset {
	d := &Dataset{}
	d.node.init(&d.node, importDatasetDrop, slots, inputs, do)
	return d
}

func newGrouped(from *node, do func(l *lower)) *Grouped {
	g := &Grouped{}
	g.node.init(&g.node, importGroupedDrop, nil, []*node{from}, do)
	return g
}

func failedDataset(err error) *Dataset {
	return &Dataset{node{err: err}}
}

// registry holds the lambdas of data sets that live: a lambda's state is its
// place here, and the image of memory has it.
type registry struct {
	list  []*lambda
	empty []uint32
}

var lambdas registry

func (r *registry) add(l *lambda) uint32 {
	if n := len(r.empty); n > 0 {
		slot := r.empty[n-1]
		r.empty = r.empty[:n-1]
		r.list[slot] = l
		return slot
	}
	r.list = append(r.list, l)
	return uint32(len(r.list) - 1)
}

func (r *registry) free(slot uint32) {
	r.list[slot] = nil
	r.empty = append(r.empty, slot)
}
