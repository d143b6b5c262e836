#include "server/report_out.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace yinuo::server {
namespace {

constexpr int kDaysMost = 800;

void append_field(std::string& csv, std::string_view text) {
    constexpr std::string_view kFormula = "=+-@\t\r";
    const bool is_number = Decimal::parse(text).has_value();
    std::string field;
    if (!text.empty() && !is_number && kFormula.find(text.front()) != std::string_view::npos)
        field += '\'';
    field += text;
    if (field.find_first_of("\",\r\n") == std::string::npos) {
        csv += field;
        return;
    }
    csv += '"';
    for (const char c : field) csv.append(c == '"' ? 2 : 1, c);
    csv += '"';
}

template <typename Fields>
void append_line(std::string& csv, const Fields& fields) {
    bool first = true;
    for (const auto& field : fields) {
        if (!std::exchange(first, false)) csv += ',';
        append_field(csv, field);
    }
    csv += "\r\n";
}

}  // namespace

void Csv::line(std::initializer_list<std::string_view> fields) { append_line(out_, fields); }
void Csv::row(const std::vector<std::string>& fields) { append_line(out_, fields); }

bool wants_csv(const http::Request& request) {
    return request.header("accept").value_or("").contains("text/csv");
}

http::Response csv_answer(std::string csv, std::string_view file_name) {
    return {.status = 200,
            .headers = {{"Content-Type", "text/csv; charset=utf-8; header=present"},
                        {"Content-Disposition",
                         "attachment; filename=\"" + std::string(file_name) + ".csv\""}},
            .body = std::move(csv)};
}

Window window_in(Query& in, Instant now, int days) {
    const auto until = in.instant("until").value_or(now);
    const auto from = in.instant("from").value_or(until - hours(24 * days));
    if (from >= until || until - from > hours(24 * kDaysMost))
        in.flaw("until", {.code = "out-of-range",
                          .what = {"区间不对", "this span can't be"},
                          .mend = {"until（不含）要晚于 from，最多 800 天",
                                   "`until` is after `from` and not included; at most 800 days"}});
    return {.from = from,
            .until = until,
            .promise = std::string(in.text("promise", 200).value_or("")),
            .clause = std::string(in.text("clause", 200).value_or(""))};
}

Records records_of(const Call& call, store::Reading& reading) {
    return {.reading = reading,
            .shelves = call.things.shelves,
            .tenant = call.who.tenant,
            .now = call.things.engine_clock.now()};
}

std::string number_text(double value, int places) {
    if (!std::isfinite(value)) return "null";
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", places, value);
    std::string made(text);
    if (made.find('.') != std::string::npos) {
        while (made.ends_with('0')) made.pop_back();
        if (made.ends_with('.')) made.pop_back();
    }
    return made == "-0" ? "0" : made;
}

void write_share(JsonOut& out, const twin::Share& share) {
    out.open('{').member("n", share.of).member("count", share.count);
    for (const auto& [name, value] : {std::pair("share", share.value), std::pair("low", share.low),
                                      std::pair("high", share.high)})
        out.key(name).raw(share.of > 0 ? number_text(value) : "null");
    out.close('}');
}

void write_difference(JsonOut& out, const twin::Difference& one) {
    out.open('{').key("value").raw(number_text(one.value)).key("low").raw(number_text(one.low));
    out.key("high").raw(number_text(one.high)).key("p").raw(number_text(one.p, 6));
    out.member("beyond_chance", one.is_beyond_chance()).close('}');
}

std::string span_at(std::vector<std::int64_t>& sorted, double percent) {
    return sorted.empty() ? std::string() : to_string(Millis{twin::percentile(sorted, percent)});
}

void write_spans(JsonOut& out, std::vector<std::int64_t>& millis) {
    if (millis.empty()) {
        out.null();
        return;
    }
    twin::sort_values(millis);
    out.open('{').member("p50", span_at(millis, 50)).member("p90", span_at(millis, 90)).close('}');
}

}  // namespace yinuo::server
