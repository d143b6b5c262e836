// How reports are asked for and handed out: the window, JSON or CSV, numbers as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/api.h"
#include "server/query.h"
#include "server/records.h"
#include "twin/compare.h"
#include "twin/statistics.h"

namespace yinuo::server {

// A table for spreadsheets: RFC 4180 with CRLF; a text that a spreadsheet would run gets an
// apostrophe before it.
class Csv {
public:
    explicit Csv(std::initializer_list<std::string_view> header) { line(header); }
    void row(const std::vector<std::string>& fields);
    std::string take() { return std::move(out_); }

private:
    void line(std::initializer_list<std::string_view> fields);
    std::string out_;
};

bool wants_csv(const http::Request&);
http::Response csv_answer(std::string csv, std::string_view file_name);

// `from`, `until`, `promise`, `clause` of the query; unsaid, the last `days` days. Refuses a window
// that is empty or longer than 800 days.
Window window_in(Query&, Instant now, int days = 90);

Records records_of(const Call&, store::Reading&);

// "0.9524", "12.5": at most `places` digits after the point, without a needless zero.
std::string number_text(double value, int places = 4);
// {"n":…,"count":…,"share":…,"low":…,"high":…}; share and ends null where n is 0.
void write_share(JsonOut&, const twin::Share&);
// {"value":…,"low":…,"high":…,"p":…,"beyond_chance":…}
void write_difference(JsonOut&, const twin::Difference&);
// {"p50":"PT1H","p90":…}, or null where there is nothing. Sorts.
void write_spans(JsonOut&, std::vector<std::int64_t>& millis);
std::string span_at(std::vector<std::int64_t>& sorted,
                    double percent);  // "" where there is nothing

}  // namespace yinuo::server
