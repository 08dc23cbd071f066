// What can go wrong, and who hears of it.
//
// Exceptions are not there in WebAssembly, so a failure is a value: a DataSet
// or a Result that failed holds it, and whatever is made from that fails with
// it. A failure that is never looked at ends the program, with its message and
// exit code 125, when the last object that holds it goes, or when a value is
// taken that is not there. So programs that do not care need no code, and no
// failure is lost.
#ifndef WASIDATA_ERROR_HPP
#define WASIDATA_ERROR_HPP

#include <cstdarg>
#include <cstdio>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <wasidata.h>

namespace wd {

enum class Code {
  not_granted = WD_NOT_GRANTED, // the program named what it was not granted
  not_found = WD_NOT_FOUND,     // what was granted or named does not exist
  invalid_argument = WD_INVALID_ARGUMENT,
  invalid_plan = WD_INVALID_PLAN, // an expression does not parse or type
  type_mismatch = WD_TYPE_MISMATCH,
  unsupported = WD_UNSUPPORTED, // this host does not do that (yet)
  limit_exceeded = WD_LIMIT_EXCEEDED,
  cancelled = WD_CANCELLED,
  lambda_failed = WD_LAMBDA_FAILED, // by wd::fail or by a trap
  engine_failed = WD_ENGINE_FAILED,
  io = WD_IO,
  internal = WD_INTERNAL, // a fault of the host
};

struct Error {
  Code code;
  std::string message; // for people
  std::string origin;  // where it arose; may be empty
};

// Fails the lambda that is running, and so its job, with this message; in main
// it ends the program with exit code 125. As printf.
[[noreturn]] inline void
fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

[[noreturn]] inline void
fail(const std::string &message)
{
  wd_fail("%.*s", static_cast<int>(message.size()), message.data());
}

inline void
fail(const char *format, ...)
{
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  wd_fail("%s", text);
}

namespace detail {

// Without exceptions operator new returns null when there is no memory, and the
// standard library writes there.
inline const std::new_handler new_handler_before =
    std::set_new_handler([] { wd_fail("out of memory"); });

// A failure and whether someone looked at it.
struct Failure {
  Error error;
  bool seen = false;

  explicit Failure(Error e) : error(std::move(e))
  {
  }
  Failure(const Failure &) = delete;
  ~Failure()
  {
    if (!seen)
      end();
  }

  [[noreturn]] void end() const
  {
    wd_error c = {static_cast<wd_code>(error.code), error.message.c_str(),
                  error.origin.c_str()};
    wd_exit_with(&c);
  }
};

using FailurePtr = std::shared_ptr<Failure>;

inline FailurePtr
failure(Code code, std::string message)
{
  return std::make_shared<Failure>(Error{code, std::move(message), {}});
}

// The C SDK's last failure.
inline FailurePtr
last_failure()
{
  const wd_error *e = wd_last_error();
  if (!e)
    return failure(Code::internal, "a call failed and did not say why");
  return std::make_shared<Failure>(
      Error{static_cast<Code>(e->code), e->message, e->origin});
}

// While it lives, calls of the C SDK that fail return.
struct Returning {
  enum wd_on_error was = wd_on_error(WD_RETURN);
  Returning() = default;
  Returning(const Returning &) = delete;
  ~Returning()
  {
    wd_on_error(was);
  }
};

} // namespace detail

// What an action gave, or why it failed.
//
//   auto n = orders.count();
//   if (!n)
//     std::puts(n.error().message.c_str());
//   else
//     std::printf("%llu\n", *n);
template <class T> class Result {
  std::optional<T> value_;
  detail::FailurePtr failure_;

public:
  using value_type = T;

  Result(T value) : value_(std::move(value))
  {
  }
  Result(detail::FailurePtr failure) : failure_(std::move(failure))
  {
  }

  // Whether it succeeded. Asking counts as looking at the failure.
  explicit operator bool() const
  {
    if (failure_)
      failure_->seen = true;
    return !failure_;
  }

  // Only after a failure.
  const Error &error() const
  {
    failure_->seen = true;
    return failure_->error;
  }

  // The value; ends the program when there is none.
  T &operator*() &
  {
    check();
    return *value_;
  }
  const T &operator*() const &
  {
    check();
    return *value_;
  }
  T operator*() &&
  {
    check();
    return std::move(*value_);
  }
  T *operator->()
  {
    check();
    return &*value_;
  }
  const T *operator->() const
  {
    check();
    return &*value_;
  }
  T value_or(T other) const
  {
    return *this ? *value_ : std::move(other);
  }

  // Not for programs: looks without being seen.
  const detail::FailurePtr &failure() const
  {
    return failure_;
  }

private:
  void check() const
  {
    if (failure_)
      failure_->end();
  }
};

template <> class Result<void> {
  detail::FailurePtr failure_;

public:
  Result() = default;
  Result(detail::FailurePtr failure) : failure_(std::move(failure))
  {
  }

  explicit operator bool() const
  {
    if (failure_)
      failure_->seen = true;
    return !failure_;
  }

  const Error &error() const
  {
    failure_->seen = true;
    return failure_->error;
  }

  const detail::FailurePtr &failure() const
  {
    return failure_;
  }
};

using Status = Result<void>;

} // namespace wd

#endif
