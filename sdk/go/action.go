package wasidata

import (
	"errors"
	"iter"
	"reflect"
	"runtime"
	"time"
	"unsafe"
)

// Mode says what a write does about what is there.
type Mode uint8

const (
	CreateNew Mode = iota // an error when it exists
	Overwrite             // replaces it as a whole
	Append                // adds to it
	Ignore                // does nothing when it exists
	Upsert                // replaces rows of equal keys (option keys), adds the others
)

// Job is an action on its way.
type Job struct {
	handle  uint32
	cleanup runtime.Cleanup
	closed  bool
}

// State is where a job is in its life.
type State uint8

const (
	Queued State = iota
	Running
	Succeeded
	JobFailed
	Stopped
)

// Progress is how far a job is.
type Progress struct {
	State             State
	RowsIn, RowsOut   uint64  // read from tables; delivered or written
	BytesIn, BytesOut uint64  // where the engine counts them
	Fraction          float64 // 0 to 1; below 0: not known
}

func newJob(d *Dataset, do func(l *lower)) (*Job, error) {
	if d.err != nil {
		return nil, d.err
	}
	j := &Job{}
	err := call(func(l *lower) error {
		do(l)
		j.handle = host.area[1]
		return failed(1)
	})
	runtime.KeepAlive(d)
	if err != nil {
		return nil, err
	}
	open++
	j.cleanup = runtime.AddCleanup(j, dropLater, resource{j.handle, importJobDrop, nil})
	return j, nil
}

// call calls the host with the job's handle.
func (j *Job) call(do func() error) error {
	if j.closed {
		return failf(InvalidArgument, "the job was closed")
	}
	err := call(func(*lower) error { return do() })
	runtime.KeepAlive(j)
	return err
}

// Close forgets the job, and cancels it if it collects and has not ended; a
// write goes on. Jobs that are garbage are closed, too.
func (j *Job) Close() {
	_ = j.call(func() error {
		j.cleanup.Stop()
		j.closed = true
		open--
		importJobDrop(j.handle)
		return nil
	})
}

// Wait blocks until the job has ended; its error is the job's.
func (j *Job) Wait() error {
	_, err := j.wait(0, 0)
	return err
}

// WaitFor blocks until the job has ended or the time is over; the state tells
// which.
func (j *Job) WaitFor(d time.Duration) (Progress, error) {
	return j.wait(1, uint64(max(d, 0).Milliseconds()))
}

func (j *Job) wait(limited uint32, milliseconds uint64) (p Progress, err error) {
	err = j.call(func() error {
		importWait(j.handle, limited, milliseconds, area())
		if err := failed(2); err != nil {
			return err
		}
		p = progressAt(2)
		return nil
	})
	return p, err
}

// Progress does not block.
func (j *Job) Progress() (p Progress) {
	_ = j.call(func() error {
		importJobProgress(j.handle, area())
		p = progressAt(0)
		return nil
	})
	return p
}

func progressAt(at int) Progress {
	w := host.area[at:]
	number := func(i int) uint64 { return uint64(w[i]) | uint64(w[i+1])<<32 }
	bits := number(10)
	return Progress{State(w[0]), number(2), number(4), number(6), number(8),
		*(*float64)(unsafe.Pointer(&bits))}
}

// Counter is what the job's lambdas have counted by Add so far; 0 when none
// counted by that name. It does not block.
func (j *Job) Counter(name string) (value uint64) {
	_ = j.call(func() error {
		importFigures(j.handle, area())
		words := wordsAt(host.area[0], host.area[1]*6)
		for ; len(words) > 0; words = words[6:] {
			if textAt(words[0], words[1]) == "counters" && textAt(words[2], words[3]) == name {
				value = uint64(words[4]) | uint64(words[5])<<32
			}
		}
		return nil
	})
	return value
}

// Cancel asks the job to end.
func (j *Job) Cancel() {
	_ = j.call(func() error {
		importCancel(j.handle)
		return nil
	})
}

// finish waits for a job.
func finish(j *Job, err error) error {
	if err != nil {
		return err
	}
	defer j.Close()
	return j.Wait()
}

// Show prints the rows to the program's output, in the format that the user
// chose.
func (d *Dataset) Show() error {
	return finish(newJob(d, func(*lower) { importShow(d.handle, 0, 0, area()) }))
}

// Count is the number of rows.
func (d *Dataset) Count() (count uint64, err error) {
	if d.err != nil {
		return 0, d.err
	}
	err = call(func(*lower) error {
		importCount(d.handle, area())
		count = uint64(host.area[2]) | uint64(host.area[3])<<32
		return failed(2)
	})
	runtime.KeepAlive(d)
	if err != nil {
		return 0, err
	}
	return count, nil
}

// Output says how to write, beyond the mode.
type Output struct {
	Mode        Mode
	PartitionBy []string
	Options     Options
}

// Write writes the rows to a granted sink, which changes as a whole when all
// went well.
func (d *Dataset) Write(sink string, mode Mode) error {
	return finish(d.StartWrite(sink, Output{Mode: mode}))
}

// StartWrite starts a write. The program's end waits for it if the exit code
// is 0, and cancels it if not.
func (d *Dataset) StartWrite(sink string, output Output) (*Job, error) {
	return newJob(d, func(l *lower) {
		s, size := l.text(sink)
		columns, count := l.strings(output.PartitionBy)
		options, n := l.options([]Options{output.Options})
		importWrite(d.handle, s, size, uint32(output.Mode), columns, count, options, n, area())
	})
}

// WriteIfGranted writes if the sink is granted, and does nothing if not.
func (d *Dataset) WriteIfGranted(sink string, mode Mode) error {
	j, err := d.StartWrite(sink, Output{Mode: mode})
	if errors.Is(err, NotGranted) {
		return nil
	}
	return finish(j, err)
}

// WriteOrShow overwrites the sink if it is granted, and shows the rows if not.
func (d *Dataset) WriteOrShow(sink string) error {
	j, err := d.StartWrite(sink, Output{Mode: Overwrite})
	if errors.Is(err, NotGranted) {
		return d.Show()
	}
	return finish(j, err)
}

// TempTable makes the rows a table of the program's own, for Read and SQL.
func (d *Dataset) TempTable(name string, mode Mode) error {
	return finish(newJob(d, func(l *lower) {
		a, n := l.text(name)
		importTempTable(d.handle, a, n, uint32(mode), area())
	}))
}

// ForEachPartition runs a function over each partition for what it counts and
// logs.
func ForEachPartition[T any](d *Dataset, f func(rows iter.Seq[T]) error) error {
	return finish(StartForEachPartition(d, f))
}

// StartForEachPartition is ForEachPartition that does not wait.
func StartForEachPartition[T any](d *Dataset, f func(rows iter.Seq[T]) error) (*Job, error) {
	type nothing struct{}
	l, err := partitionLambda(func(rows iter.Seq[T], _ func(nothing)) error { return f(rows) }, nil)
	if err != nil {
		return nil, err
	}
	slot := lambdas.add(l)
	defer lambdas.free(slot) // the action has its image
	return newJob(d, func(*lower) {
		importForEachPartition(d.handle, 1, slot, area())
	})
}

// rowsOf reads batches into rows of a type.
type rowsOf[T any] struct {
	reader *reader
	rows   []T
}

func newRowsOf[T any](fields []field) (*rowsOf[T], error) {
	row, err := rowTypeOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	of, err := row.find(fields, false)
	if err != nil {
		return nil, err
	}
	reader, err := newFullReader(row, fields, of)
	if err != nil {
		return nil, err
	}
	return &rowsOf[T]{reader: reader}, nil
}

// take reads the option<batch> of a result; false for none. The rows are new.
func (r *rowsOf[T]) take() (there bool, err error) {
	defer func() {
		if f, ok := recover().(failure); ok {
			there, err = false, f.err
		}
	}()
	if err := failed(1); err != nil {
		return false, err
	}
	if host.area[1]&0xff == 0 {
		return false, nil
	}
	w := host.area[2:]
	if err := columnsAt(r.reader.columns, w[0], w[1], w[2], w[3], w[4]); err != nil {
		return false, err
	}
	r.rows = make([]T, w[0])
	r.reader.rows(start(r.rows), len(r.rows))
	return true, nil
}

// Collect runs and gives the rows. Leaving the loop early cancels the job.
//
//	for row, err := range data.Collect[Row](ds) {
//		if err != nil { … }
//	}
func Collect[T any](d *Dataset) iter.Seq2[T, error] {
	return func(loop func(T, error) bool) {
		if err := collect(d, func(row T) bool { return loop(row, nil) }); err != nil {
			loop(*new(T), err)
		}
	}
}

func collect[T any](d *Dataset, loop func(T) bool) error {
	j, err := newJob(d, func(*lower) { importCollect(d.handle, 0, 0, area()) })
	if err != nil {
		return err
	}
	defer j.Close()
	var fields []field
	err = j.call(func() error {
		importJobSchema(j.handle, area())
		if err := failed(1); err != nil {
			return err
		}
		fields = fieldsAt(host.area[1], host.area[2])
		return nil
	})
	if err != nil {
		return err
	}
	r, err := newRowsOf[T](fields)
	if err != nil {
		return err
	}
	for {
		var there bool
		err := j.call(func() (err error) {
			importNextBatch(j.handle, area())
			there, err = r.take()
			return err
		})
		if err != nil || !there {
			return err
		}
		for _, row := range r.rows {
			if !loop(row) {
				return nil
			}
		}
	}
}

// CollectAll runs and gives all rows at once.
func CollectAll[T any](d *Dataset) (rows []T, err error) {
	err = collect(d, func(row T) bool {
		rows = append(rows, row)
		return true
	})
	return rows, err
}

// First is the first row, false when there is none.
func First[T any](d *Dataset) (row T, there bool, err error) {
	fields, err := d.fields()
	if err != nil {
		return row, false, err
	}
	r, err := newRowsOf[T](fields)
	if err != nil {
		return row, false, err
	}
	err = call(func(*lower) (err error) {
		importFirst(d.handle, area())
		there, err = r.take()
		return err
	})
	runtime.KeepAlive(d)
	if there && err == nil {
		return r.rows[0], true, nil
	}
	return row, false, err
}
