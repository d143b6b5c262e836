// Schedules 工作日历 as YAML: a file of their own, or the block `schedules:` of a promise.
//
//     zone: Asia/Shanghai
//     weekly:
//       mon-fri: 09:00-12:00, 13:30-18:00
//       sat: 10:00-14:00
//     holidays:
//       - cn-statutory                       # with the make-up days that go with them
//       - 2026-03-08
//       - {date: 2026-12-24, name: 圣诞前夜, hours: 09:00-12:00}
//       - {every: 12-25, name: Christmas}
//     days: {2026-03-14: 09:00-12:00, 2026-03-16: closed}
//     makeup_days: [2026-03-15, {date: 2026-03-22, like: mon}]
//     breaks: {2026-03-10: 11:00-12:00}
//     closures: [{from: 2026-04-01T12:00, to: 2026-04-02T09:00, name: 搬家}]
//     cutoff: 16:00
//     announced_until: 2026-12-31
//     versions: [{from: 2026-07-01, to: 2026-08-31, weekly: {mon-fri: 08:00-14:00}}]
//     cycle: {anchor: 2026-01-05, weeks: [{mon-fri: ...}, {mon-thu: ...}]}   # instead of weekly
//     always open: yes                                                      # instead of weekly
//     union: [office, night-desk]          # or `intersection:`; instead of hours of its own
//
// A key may be written with blanks or underscores. Everything that is off is a finding with its
// line and column, all of them at once.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "calendar/schedule.h"
#include "time/zone.h"
#include "wire/yaml.h"

namespace yinuo::wire {

using Schedules = std::map<std::string, calendar::Schedule, std::less<>>;

// One schedule. `known` are those that `union:` and `intersection:` may name. nullopt when there
// are errors among the findings that it added.
std::optional<calendar::Schedule> read_schedule(const Yaml& node, std::string_view name,
                                                Zones& zones, const Schedules& known,
                                                Findings& findings);

// A map from names to schedules; those that combine others may stand before or after them.
Schedules read_schedules(const Yaml& map, Zones& zones, Findings& findings);

// A file that holds one schedule; its name is that of `name:`, or else `path` without folders and
// ending. It may have `schedules:` of its own to combine.
std::optional<calendar::Schedule> read_schedule_file(std::string_view text, std::string_view path,
                                                     Zones& zones, Findings& findings);

// The same as text, so that read_schedule_file() gives an equal definition back. Not for combined
// schedules.
std::string write_schedule(const calendar::Definition& definition);

}  // namespace yinuo::wire
