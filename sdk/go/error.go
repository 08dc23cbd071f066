package wasidata

import (
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"strings"
)

// Code says what kind of thing went wrong.
type Code uint8

const (
	NotGranted      Code = iota // the program named something that it was not granted
	NotFound                    // a thing that was granted or named does not exist
	InvalidArgument             // an argument is not acceptable
	InvalidPlan                 // an expression, plan or query does not parse or type
	TypeMismatch                // a type is not the one that is needed
	Unsupported                 // the host does not do that (yet)
	LimitExceeded               // a limit of memory, time or size
	Cancelled                   // the job was cancelled
	LambdaFailed                // a lambda failed, by error or by panic
	EngineFailed                // the engine failed
	IO                          // reading or writing failed
	Internal                    // a fault of the host
)

// Error is what calls of this package fail with.
//
//	var e *data.Error
//	if errors.As(err, &e) && e.Code == data.NotGranted { … }
type Error struct {
	Code    Code
	Message string
	Origin  string // where it arose; may be empty
}

func (e *Error) Error() string {
	return e.Message
}

// Is makes errors.Is(err, data.NotGranted) work.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

var codeNames = [...]string{"not granted", "not found", "invalid argument",
	"invalid plan", "type mismatch", "unsupported", "limit exceeded", "cancelled",
	"lambda failed", "engine failed", "io", "internal"}

func (c Code) Error() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return fmt.Sprintf("error %d", c)
}

func failf(code Code, format string, arguments ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, arguments...)}
}

// Check ends the program with a message and exit code 125 if err is not nil:
// writes that are under way are cancelled then.
func Check(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "wasi-data:", err)
	var e *Error
	if errors.As(err, &e) && e.Origin != "" {
		fmt.Fprintln(os.Stderr, " ", strings.ReplaceAll(e.Origin, "\n", "\n  "))
	}
	os.Exit(125)
}

// failure is what Fail panics with.
type failure struct {
	err error
}

// Fail ends the lambda that is running, and its job, with this error. It does
// nothing if err is nil. Goroutines that a lambda starts must not call it: as
// everywhere in Go, a panic in them ends the program.
func Fail(err error) {
	if err != nil {
		panic(failure{err})
	}
}

// caught makes an error of what was recovered; the panic's frames are still on
// the stack.
func caught(recovered any) *Error {
	e := &Error{Code: LambdaFailed, Origin: panicPlace()}
	switch r := recovered.(type) {
	case failure:
		var known *Error
		if errors.As(r.err, &known) {
			e.Code = known.Code
		}
		e.Message = r.err.Error()
	case *runtime.PanicNilError:
		e.Message = "panic: nil"
	default:
		e.Message = fmt.Sprintf("panic: %v", r)
	}
	return e
}

// panicPlace is the program's frames below the panic, the innermost first.
func panicPlace() string {
	const own = "github.com/wasi-data/wasi-data/sdk/go."
	counters := make([]uintptr, 64)
	frames := runtime.CallersFrames(counters[:runtime.Callers(1, counters)])
	var lines []string
	panicking := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking, lines = true, nil
		case !panicking || strings.HasPrefix(frame.Function, "runtime."):
		case strings.HasPrefix(frame.Function, own):
			if len(lines) > 0 {
				return strings.Join(lines, "\n")
			}
		default:
			lines = append(lines, fmt.Sprintf("%s (%s:%d)",
				frame.Function, path.Base(frame.File), frame.Line))
		}
		if !more {
			return strings.Join(lines, "\n")
		}
	}
}
