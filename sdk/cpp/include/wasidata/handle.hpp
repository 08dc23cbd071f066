// Handles of the C SDK as values, and lists of texts for it.
#ifndef WASIDATA_HANDLE_HPP
#define WASIDATA_HANDLE_HPP

#include <concepts>
#include <initializer_list>
#include <vector>

#include <wasidata/error.hpp>

namespace wd {

// Names and values: {{"format", "csv"}}.
using Options = std::vector<std::pair<std::string, std::string>>;

// Texts as the C SDK takes them: given one by one or as a range.
class Strings {
  std::vector<std::string> own_;
  std::vector<const char *> list_;

public:
  Strings() = default;
  Strings(std::vector<std::string> strings) : own_(std::move(strings))
  {
  }
  Strings(std::initializer_list<std::string> strings) : own_(strings)
  {
  }
  explicit Strings(const Options &options)
  {
    for (const auto &[name, value] : options) {
      own_.push_back(name);
      own_.push_back(value);
    }
  }

  // Ends with NULL; valid as long as this is.
  const char *const *c()
  {
    list_.clear();
    for (const std::string &s : own_)
      list_.push_back(s.c_str());
    list_.push_back(nullptr);
    return list_.data();
  }
};

namespace detail {

template <class... S>
concept Texts = (std::convertible_to<const S &, std::string> && ...);

inline void
drop(wd_dataset d)
{
  wd_drop(d);
}
inline void
drop(wd_grouped g)
{
  wd_drop_grouped(g);
}

// A handle of the C SDK (H) or why there is none.
template <class H> class Shared {
  struct Open {
    H id;

    explicit Open(H h) : id(h)
    {
    }
    Open(const Open &) = delete;
    ~Open()
    {
      drop(id);
    }
  };
  std::shared_ptr<Open> open_;
  FailurePtr failure_;

public:
  explicit Shared(FailurePtr failure) : failure_(std::move(failure))
  {
  }
  // What a call returned.
  explicit Shared(H handle)
  {
    if (handle.id)
      open_ = std::make_shared<Open>(handle);
    else
      failure_ = last_failure();
  }

  // Whether it was made. Asking counts as looking at the failure.
  explicit operator bool() const
  {
    if (failure_)
      failure_->seen = true;
    return !failure_;
  }
  // Why it was not made.
  const Error &error() const
  {
    failure_->seen = true;
    return failure_->error;
  }
  const FailurePtr &failure() const
  {
    return failure_;
  }
  // The C SDK's handle; its id is NULL after a failure.
  H c() const
  {
    return open_ ? open_->id : H{nullptr};
  }
};

// What `call` makes of handles, unless one of them failed already.
template <class To, class Call, class... From>
To
make(Call call, const From &...from)
{
  FailurePtr failure;
  ((failure = failure ? failure : from.failure()), ...);
  if (failure)
    return To(failure);
  Returning returning;
  return To(call(from.c()...));
}

} // namespace detail
} // namespace wd

#endif
