// What is running: jobs, and the rows that they give.
#ifndef WASIDATA_JOB_HPP
#define WASIDATA_JOB_HPP

#include <chrono>
#include <iterator>

#include <wasidata/row.hpp>

namespace wd {

enum class State {
  queued = WD_QUEUED,
  running = WD_RUNNING,
  succeeded = WD_SUCCEEDED,
  failed = WD_FAILED,
  stopped = WD_STOPPED,
};

struct Progress {
  State state;
  std::uint64_t rows_in, rows_out;   // read from tables; delivered or written
  std::uint64_t bytes_in, bytes_out; // where the engine counts them
  double fraction;                   // 0 to 1; below 0: not known
};

// An action that runs. When the last copy goes, a job that gives rows is
// cancelled; one that writes goes on, and the program's end waits for it.
class Job {
  struct Handle {
    wd_job id;

    explicit Handle(wd_job job) : id(job)
    {
    }
    Handle(const Handle &) = delete;
    ~Handle()
    {
      wd_job_drop(id);
    }
  };
  std::shared_ptr<Handle> handle_;
  detail::FailurePtr failure_;

  static Progress progress_of(const wd_progress &p)
  {
    return {static_cast<State>(p.state),
            p.rows_in,
            p.rows_out,
            p.bytes_in,
            p.bytes_out,
            p.fraction};
  }

public:
  explicit Job(wd_job job)
  {
    if (job.id)
      handle_ = std::make_shared<Handle>(job);
    else
      failure_ = detail::last_failure();
  }
  explicit Job(detail::FailurePtr failure) : failure_(std::move(failure))
  {
  }

  // Whether it was started. Asking counts as looking at the failure.
  explicit operator bool() const
  {
    if (failure_)
      failure_->seen = true;
    return !failure_;
  }
  // Why it was not started.
  const Error &error() const
  {
    failure_->seen = true;
    return failure_->error;
  }

  // Waits for the end.
  Status wait() const
  {
    if (failure_)
      return failure_;
    detail::Returning returning;
    if (wd_wait(handle_->id))
      return {};
    return detail::last_failure();
  }

  // Waits for the end or this long; the state tells which.
  Result<Progress> wait_for(std::chrono::milliseconds time) const
  {
    if (failure_)
      return failure_;
    detail::Returning returning;
    wd_progress p =
        wd_wait_for(handle_->id, static_cast<std::uint64_t>(time.count()));
    if (p.state == WD_FAILED || p.state == WD_STOPPED)
      return detail::last_failure();
    return progress_of(p);
  }

  // Does not block.
  Progress progress() const
  {
    return progress_of(wd_progress_of(c()));
  }

  // What the job's lambdas have counted by wd::count so far; 0 when none
  // counted by that name. Does not block.
  std::uint64_t counter(const char *name) const
  {
    return wd_counter(c(), name);
  }

  void cancel() const
  {
    wd_cancel(c());
  }

  detail::FailurePtr failure() const
  {
    return failure_;
  }
  wd_job c() const
  {
    return handle_ ? handle_->id : wd_job{nullptr};
  }
};

// A batch of rows that came out of a job; valid until the next is asked for.
class Batch {
  const wd_batch *batch_;

public:
  explicit Batch(const wd_batch *batch) : batch_(batch)
  {
  }
  std::uint32_t rows() const
  {
    return batch_->rows;
  }
  std::uint32_t columns() const
  {
    return batch_->count;
  }
  Row operator[](std::uint32_t row) const
  {
    return Row(wd_row_of(batch_, row));
  }
  const wd_batch &c() const
  {
    return *batch_;
  }
};

// The rows of a collect, as values of T, one after the other: for a range-based
// for. Views in a row (std::string_view) end with it.
//
// A failure ends the rows; error() tells of it. If nobody asks it ends the
// program.
template <class T = Row> class Rows {
  Job job_;
  detail::FailurePtr failure_;
  std::optional<detail::Place<T>> place_;
  const wd_batch *batch_ = nullptr;
  std::uint32_t next_ = 0;
  std::optional<detail::RowReader<T>> read_;

  void find()
  {
    place_.emplace();
    if constexpr (!std::is_same_v<T, Row>) {
      const wd_schema *schema = wd_job_schema(job_.c());
      if (!schema) {
        failure_ = detail::last_failure();
        return;
      }
      detail::Finder finder{*schema};
      find_columns(*place_, finder);
      if (!finder.why.empty())
        failure_ = detail::failure(finder.code, finder.why);
    }
  }

  // Moves to a row that is there; false at the end.
  bool advance()
  {
    detail::Returning returning;
    if (failure_)
      return false;
    if (!place_)
      find();
    while (!failure_ && (!batch_ || next_ == batch_->rows)) {
      wd_clear_error();
      batch_ = wd_next_batch(job_.c());
      next_ = 0;
      if (!batch_) {
        if (wd_last_error())
          failure_ = detail::last_failure();
        return false;
      }
      read_.emplace(batch_->columns, *place_);
    }
    return !failure_;
  }

public:
  explicit Rows(Job job) : job_(std::move(job))
  {
    failure_ = job_.failure();
  }

  // The next row, or nothing at the end.
  std::optional<T> next()
  {
    if (!advance())
      return std::nullopt;
    return (*read_)(wd_row_of(batch_, next_++));
  }

  // NULL when all went well so far. Asking counts as looking.
  const Error *error() const
  {
    if (!failure_)
      return nullptr;
    failure_->seen = true;
    return &failure_->error;
  }

  class iterator {
    Rows *rows_ = nullptr;
    std::optional<T> row_;

  public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    iterator() = default;
    explicit iterator(Rows *rows) : rows_(rows), row_(rows->next())
    {
    }
    const T &operator*() const
    {
      return *row_;
    }
    const T *operator->() const
    {
      return &*row_;
    }
    iterator &operator++()
    {
      row_ = rows_->next();
      return *this;
    }
    void operator++(int)
    {
      ++*this;
    }
    friend bool operator==(const iterator &i, std::default_sentinel_t)
    {
      return !i.row_;
    }
  };

  iterator begin()
  {
    return iterator(this);
  }
  std::default_sentinel_t end() const
  {
    return {};
  }

  detail::FailurePtr failure() const
  {
    return failure_;
  }
  const Job &job() const
  {
    return job_;
  }
};

} // namespace wd

#endif
