// Figures as they are handed out: JSON for screens, CSV for spreadsheets. Instants are UTC; `zone` is
// the company's, by which hours, days and weeks are cut.
#pragma once

#include <string>

#include "server/figures.h"

namespace yinuo::server {

// What all of them say of themselves.
struct FigureWish {
    Window window;
    Zone zone;
    std::string zone_name;
    Step step = Step::Day;
    Charted charted = Charted::Kept;
    Instant as_of;
};

std::string kept_json(const Tally&, const std::vector<Period>&, const std::optional<Target>&,
                      const FigureWish&);
std::string kept_csv(const Tally&, const std::vector<Period>&);
std::string by_hour_json(const ByHour&, const FigureWish&);
std::string by_hour_csv(const ByHour&);
std::string lateness_json(const LatenessFigures&, const FigureWish&);
std::string lateness_csv(const LatenessFigures&);
std::string control_json(const ControlFigures&, const FigureWish&);
std::string control_csv(const ControlFigures&);
std::string funnel_json(const Funnel&, const FigureWish&);
std::string funnel_csv(const Funnel&, bool chinese);

}  // namespace yinuo::server
