// The report's drawings, as SVG text: bars, curves and distributions.
#pragma once

#include <string>
#include <string_view>

#include "twin/report.h"

namespace yinuo::wire {

std::string html_escaped(std::string_view text);
// Both languages, of which the page shows one: `<span lang="zh">…</span><span lang="en">…</span>`.
std::string both(const Text&);
std::string both(std::string_view zh, std::string_view en);

// The ten states as one bar; absent states take no room.
std::string state_bar(const twin::Counts&);
// Kept rate against limit with its 95 % band, the present limit, and where 90, 95, 99 % are reached.
std::string curve_chart(const twin::Curve&, const Text& unit);
// Bars with the median and the 90th percentile marked.
enum class Tone { Used, Late };
std::string distribution_chart(const twin::Distribution&, const twin::Dial*, Tone,
                               const Text& axis);
// What would be paid at each of the curve's points.
std::string payout_chart(const twin::Curve&, const std::string& currency);
// A share on a line from 0 to 100 % with its interval.
std::string share_mark(const twin::Share&);

}  // namespace yinuo::wire
