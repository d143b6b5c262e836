// What the demo shows of itself: a page for people, the same as JSON.
//
// The page needs no script: it asks for itself again every two seconds. Nothing in it is inline that
// a strict Content-Security-Policy forbids.
#pragma once

#include <string>
#include <string_view>

#include "demo/demo.h"
#include "time/zone.h"

namespace yinuo::server {

std::string demo_page(const demo::DemoStatus&, Zones&, bool chinese);
std::string_view demo_style();  // CSS
std::string demo_json(const demo::DemoStatus&);

inline constexpr std::string_view kDemoPolicy =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

}  // namespace yinuo::server
