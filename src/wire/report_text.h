// A back-test's report for the terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "twin/report.h"

namespace yinuo::wire {

std::string report_text(const twin::Report&, bool chinese);

// Columns of one width each, by what a terminal shows: Chinese characters take two cells. The first
// column stands left, the others right.
std::string text_table(const std::vector<std::vector<std::string>>& rows);
std::size_t cells_of(std::string_view text);

}  // namespace yinuo::wire
