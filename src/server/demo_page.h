// What the demo shows of itself: a page for people, the same as JSON.
//
// The page needs no script: it asks for itself again every two seconds. Nothing in it is inline that
// a strict Content-Security-Policy forbids.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "demo/demo.h"
#include "time/zone.h"

namespace yinuo::server {

// `doors`: by company, where a customer's page opens (demo_sign_in.h).
std::string demo_page(const demo::DemoStatus&, Zones&, bool chinese,
                      const std::map<std::string, std::string>& doors = {});
std::string_view demo_style();  // CSS
// `roles`: as whom one may step in.
std::string demo_json(const demo::DemoStatus&, std::span<const std::string_view> roles);

inline constexpr std::string_view kDemoPolicy =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

}  // namespace yinuo::server
