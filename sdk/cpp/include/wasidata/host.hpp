// Where a call is running: log lines, counters, numbers. For lambdas and main.
#ifndef WASIDATA_HOST_HPP
#define WASIDATA_HOST_HPP

#include <cstdint>
#include <string>

#include <wasidata.h>

namespace wd {

enum class Level { debug = WD_DEBUG, info = WD_INFO, warning = WD_WARNING };

// A line for the host's log.
inline void
log(Level level, const std::string &line)
{
  wd_log(static_cast<wd_level>(level), "%.*s", static_cast<int>(line.size()),
         line.data());
}

// Adds to a counter of the job's figures.
inline void
count(const char *name, std::uint64_t delta = 1)
{
  wd_counter_add(name, delta);
}

// The job's number, from 1; 0 in main.
inline std::uint64_t
job_id()
{
  return wd_job_id();
}

// The partition's index, from 0.
inline std::uint32_t
partition()
{
  return wd_partition_index();
}

// How many partitions there are; 0: not known.
inline std::uint32_t
partitions()
{
  return wd_partition_count();
}

// Which try of the partition this is, from 0.
inline std::uint32_t
attempt()
{
  return wd_attempt();
}

} // namespace wd

#endif
