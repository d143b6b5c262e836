// A back-test's report as one page of HTML that needs nothing from elsewhere: no script, no font, no
// picture. Both languages are in it; a switch at its head shows one. Beside each chart stands its
// table. Prints on A4.
#pragma once

#include <string>

#include "twin/report.h"

namespace yinuo::wire {

// `chinese`: which language shows first.
std::string report_html(const twin::Report&, bool chinese);

}  // namespace yinuo::wire
