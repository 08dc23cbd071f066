// wasi-data for C++ programs: data sets, lambdas, actions.
//
//   #include <wasidata.hpp>
//
//   struct Flight {
//     std::string_view origin;
//     std::optional<std::int64_t> delay;
//     WD_ROW(origin, delay)
//   };
//
//   int main()
//   {
//     std::int64_t limit = 60;
//     wd::read("flights")
//         .filter([limit](const Flight &f) { return f.delay > limit; })
//         .group_by("origin")
//         .aggregate("count(*) as flights", "avg(delay) as delay")
//         .sort("flights desc", "origin")
//         .show();
//   }
//
// A DataSet is a description of rows. Building one runs nothing; an action
// (show, collect, count, write …) runs it. A lambda is any callable, with what
// it captured; it runs in copies of the program's memory as that was at the
// action. What a lambda writes to memory is seen by nobody else.
//
// Header only, over the C SDK; C++20, without exceptions and RTTI. The file
// that defines `main` must include this header. README.md says how to build.
//
// Names in `wd::detail`, and macros with `__`, are not for use by programs.
// Nothing here is thread-safe: programs have one thread.
#ifndef WASIDATA_HPP
#define WASIDATA_HPP

#include <wasidata/aggregate.hpp>
#include <wasidata/call.hpp>
#include <wasidata/dataset.hpp>
#include <wasidata/define.hpp>
#include <wasidata/error.hpp>
#include <wasidata/host.hpp>
#include <wasidata/job.hpp>
#include <wasidata/row.hpp>
#include <wasidata/types.hpp>

#endif
