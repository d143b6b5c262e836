#include "wire/schedule_judge.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include "base/nearest.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kBlock = 2048;
constexpr std::size_t kBadKept = 1000;
constexpr std::size_t kColumnsMost = 10'000;
constexpr std::int64_t kDay = LocalTime::kDay;

// Days before each month of 1900 to 2199, so that a date is one look-up.
struct Months {
    static constexpr int kFirst = 1900;
    static constexpr int kYears = 300;
    std::array<std::int32_t, kYears * 12 + 1> begin{};

    Months() {
        for (int i = 0; i <= kYears * 12; ++i)
            begin[static_cast<std::size_t>(i)] = Date::of(kFirst + i / 12, i % 12 + 1, 1).days;
    }
};

std::uint64_t load(const char* p) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    return word;
}

// Every byte of `word`, an ASCII text XORed with its pattern, is a digit 0..9 where `nines` has
// 0x76 and nothing where it has 0x7F: then no byte reaches 0x80.
bool fits(std::uint64_t word, std::uint64_t nines) {
    return ((word | (word + nines)) & 0x8080808080808080u) == 0;
}

// Byte i becomes ten times itself plus its right neighbour (little-endian: the text's order).
std::uint64_t pairs(std::uint64_t word) { return word * 10 + (word >> 8); }
unsigned byte_at(std::uint64_t word, int i) {
    return static_cast<unsigned>(word >> (8 * i)) & 0xFF;
}

class Clock {
public:
    explicit Clock(const Zone& zone) : zone_(zone) {}

    // nullopt: no instant.
    std::optional<Instant> read(std::string_view text) {
        if (text.size() >= 19 && text.size() <= 20) {
            std::int64_t wall = 0;
            if (read_wall(text.data(), wall)) {
                if (text.size() == 19) return local(wall);
                if (text[19] == 'Z') return Instant{wall};
            }
        }
        return slowly(text);
    }

    // "2026-03-02T09:00:00" or with a blank; false when it is anything else. Reads 19 bytes.
    bool read_wall(const char* p, std::int64_t& wall) const {
        static_assert(std::endian::native == std::endian::little);
        const auto date = load(p) ^ 0x2D30302D30303030u;       // 0000-00-
        const auto time = load(p + 8) ^ 0x30303A3030543030u;   // 00T00:00
        const auto rest = load(p + 11) ^ 0x30303A30303A3030u;  // 00:00:00
        const bool blank = p[10] == ' ';
        const auto shaped = blank ? time & ~std::uint64_t{0xFF0000} : time;
        if (!fits(date, 0x7F76767F76767676u) || !fits(shaped, 0x76767F76767F7676u) ||
            !fits(rest, 0x76767F76767F7676u))
            return false;
        const auto years = pairs(date);
        const auto clocks = pairs(rest);
        const unsigned year =
            byte_at(years, 0) * 100 + byte_at(years, 2) - unsigned{Months::kFirst};
        const unsigned month = byte_at(years, 5) - 1;
        const unsigned day = byte_at(pairs(time), 0) - 1;
        const unsigned hour = byte_at(clocks, 0);
        const unsigned minute = byte_at(clocks, 3);
        const unsigned second = byte_at(clocks, 6);
        if (year >= unsigned{Months::kYears} || month > 11 || hour > 23 || minute > 59 ||
            second > 59)
            return false;
        const auto first = months_.begin[year * 12 + month];
        if (day >= static_cast<unsigned>(months_.begin[year * 12 + month + 1] - first))
            return false;
        wall = (first + static_cast<std::int64_t>(day)) * kDay +
               ((hour * 60 + minute) * 60 + second) * std::int64_t{1000};
        return true;
    }

    // The same at the front of a row's rest, up to its comma or line end; the bytes read, or 0.
    std::size_t read_front(const char* p, Instant& at) {
        std::int64_t wall = 0;
        if (!read_wall(p, wall)) return 0;
        const std::size_t size = p[19] == 'Z' ? 20 : 19;
        if (p[size] != ',' && p[size] != '\n' && p[size] != '\r') return 0;
        at = size == 20 ? Instant{wall} : local(wall);
        return size;
    }

private:
    // Fractions, offsets, the years far away, and what is wrong.
    std::optional<Instant> slowly(std::string_view text) {
        if (const auto at = parse_instant(text)) return at;
        if (const auto wall = LocalTime::parse(text)) return local(wall->millis);
        return std::nullopt;
    }

    // The offset is remembered for as long as no clock changes.
    Instant local(std::int64_t wall) {
        if (wall >= from_ && wall < to_) return {wall - offset_};
        const Instant at = zone_.to_instant({wall});
        constexpr std::int64_t kReach = 26 * 3'600'000;
        const Instant before{wall - kReach};
        const auto change = zone_.next_change(before);
        if (change.millis - kReach > wall) {
            from_ = wall;
            to_ = change.millis - kReach;
            offset_ = std::int64_t{1000} * zone_.offset_seconds(before);
        }
        return at;
    }

    const Zone& zone_;
    const Months months_;
    std::int64_t from_ = 0;
    std::int64_t to_ = 0;
    std::int64_t offset_ = 0;
};

// "24" or "7.5" hours, not negative, at most a million; in milliseconds, rounded down.
std::optional<WorkTime> read_hours(std::string_view text) {
    std::int64_t whole = 0;
    std::size_t i = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && i < 8; ++i)
        whole = whole * 10 + (text[i] - '0');
    if (i == 0 || whole > 1'000'000) return std::nullopt;
    std::int64_t millis = whole * 3'600'000;
    if (i == text.size()) return WorkTime{millis};
    if (text[i++] != '.' || i == text.size()) return std::nullopt;
    std::int64_t digits = 0;
    std::int64_t scale = 1;
    for (; i < text.size(); ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        if (scale < 1'000'000'000) digits = digits * 10 + (text[i] - '0'), scale *= 10;
    }
    return WorkTime{millis + digits * 3'600'000 / scale};
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

// The cells of a row that may hold quotes.
std::vector<std::string> cells_of(std::string_view row) {
    std::vector<std::string> out(1);
    bool quoted = false;
    bool begins = true;  // a quote anywhere else is a character like any other
    for (std::size_t i = 0; i < row.size(); ++i) {
        const char c = row[i];
        const bool first = std::exchange(begins, c == ',' && !quoted);
        if (quoted && c == '"' && i + 1 < row.size() && row[i + 1] == '"')
            out.back() += row[++i];
        else if (c == '"' && (quoted || first))
            quoted = !quoted;
        else if (begins)
            out.emplace_back();
        else
            out.back() += c;
    }
    if (!out.back().empty() && out.back().back() == '\r') out.back().pop_back();
    return out;
}

// Rows of a text; a quoted cell may run over line ends.
class Rows {
public:
    explicit Rows(std::string_view text) : rest_(text) {}

    bool next(std::string_view& row) {
        if (rest_.empty()) return false;
        line_ += lines_;
        lines_ = 1;
        std::size_t end = find_end(0);
        row = rest_.substr(0, end);
        quoted_ = std::memchr(row.data(), '"', row.size()) != nullptr;
        closed_ = true;
        if (quoted_) {
            std::uint64_t lines = 1;
            const std::size_t behind = quoted_end(lines);
            closed_ = behind != std::string_view::npos;
            if (closed_) {
                end = behind;
                row = rest_.substr(0, end);
                lines_ = lines;
            }
        }
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return true;
    }
    std::uint64_t line() const { return line_; }
    std::string_view rest() const { return rest_; }
    std::uint64_t next_line() const { return line_ + lines_; }
    // A row of one line that was read by other means.
    void skip(std::size_t size) {
        rest_.remove_prefix(size);
        line_ += lines_;
        lines_ = 1;
    }
    bool quoted() const { return quoted_; }
    // Not: a quote in this row has no end within 1 MiB, so the row is its first line alone.
    bool closed() const { return closed_; }

private:
    // Where the row at the front ends if its cells may be quoted; npos if a quote never closes.
    std::size_t quoted_end(std::uint64_t& lines) const {
        const std::size_t limit = std::min(rest_.size(), std::size_t{1} << 20);
        bool quoted = false;
        bool begins = true;
        for (std::size_t i = 0; i < limit; ++i) {
            const char c = rest_[i];
            if (quoted) {
                if (c == '\n') ++lines;
                if (c != '"') continue;
                if (i + 1 < limit && rest_[i + 1] == '"')
                    ++i;
                else
                    quoted = false;
            } else {
                if (c == '\n') return i;
                quoted = begins && c == '"';
                begins = c == ',';
            }
        }
        return quoted ? std::string_view::npos : find_end(limit);
    }

    std::size_t find_end(std::size_t from) const {
        if (from >= rest_.size()) return rest_.size();
        const auto* found =
            static_cast<const char*>(std::memchr(rest_.data() + from, '\n', rest_.size() - from));
        return found ? static_cast<std::size_t>(found - rest_.data()) : rest_.size();
    }

    std::string_view rest_;
    std::uint64_t line_ = 0;
    std::uint64_t lines_ = 1;
    bool quoted_ = false;
    bool closed_ = true;
};

class Judge {
public:
    Judge(const calendar::Schedule& schedule, std::array<std::size_t, 3> columns, std::string* out)
        : schedule_(schedule), clock_(schedule.zone()), columns_(columns), out_(out) {
        last_column_ = std::max({columns[0], columns[1], columns[2]});
    }

    // Rows as most tables have them: nothing quoted, whole seconds. Reads one off the front of
    // `rest` and returns its size with the line's end, or 0: then row() must look at it.
    std::size_t plain_row(std::string_view rest, std::uint64_t line) {
        constexpr std::size_t kRowMost = 4096;
        if (rest.size() < kRowMost + 64) return 0;  // so that no look-ahead runs off the end
        const char* const begin = rest.data();
        const char* p = begin;
        Instant times[2] = {Instant::max(), Instant::max()};  // opened, closed
        std::optional<WorkTime> hours;
        for (std::size_t column = 0;; ++column) {
            if (*p == '"') return 0;
            const char* stop = p;
            if (column == columns_[0] || column == columns_[2]) {
                stop += clock_.read_front(p, times[column == columns_[0] ? 0 : 1]);
                const bool left_open =
                    column == columns_[2] && (*p == ',' || *p == '\n' || *p == '\r');
                if (stop == p && !left_open) return 0;
            } else {
                while (*stop != ',' && *stop != '\n' &&
                       stop - begin < static_cast<std::ptrdiff_t>(kRowMost))
                    ++stop;
                if (column == columns_[1])
                    hours = read_hours({p, static_cast<std::size_t>(stop - p)});
            }
            p = stop;
            if (column == last_column_) break;
            if (*p++ != ',') return 0;
        }
        const char* end = p;
        for (; *end != '\n'; ++end)
            if (*end == '"' || end - begin >= static_cast<std::ptrdiff_t>(kRowMost)) return 0;
        if (!hours || columns_[0] == columns_[2] || times[1] < times[0]) return 0;
        ++report_.rows;
        keep(times[0], *hours, times[1], line, {begin, static_cast<std::size_t>(end - begin)});
        return static_cast<std::size_t>(end - begin) + 1;
    }

    void unclosed(std::uint64_t line) {
        ++report_.rows;
        bad(line, {"引号没有收尾", "a quote never closes"});
    }

    void row(std::string_view row, bool quoted, std::uint64_t line) {
        ++report_.rows;
        std::string_view cells[3];
        std::vector<std::string> unquoted;
        if (quoted) {
            unquoted = cells_of(row);
            if (unquoted.size() <= last_column_) return bad(line, kShort);
            for (std::size_t i = 0; i < 3; ++i) cells[i] = trim(unquoted[columns_[i]]);
        } else if (!split(row, cells)) {
            return bad(line, kShort);
        }
        const auto opened = clock_.read(cells[0]);
        if (!opened) return bad(line, {"开始时间无法读取", "the opening time cannot be read"});
        const auto hours = read_hours(cells[1]);
        if (!hours) return bad(line, {"工作小时数无法读取", "the work hours cannot be read"});
        std::optional<Instant> closed;
        if (!cells[2].empty()) {
            closed = clock_.read(cells[2]);
            if (!closed) return bad(line, {"完成时间无法读取", "the closing time cannot be read"});
            if (*closed < *opened)
                return bad(line, {"完成早于开始", "closed before it was opened"});
        }
        keep(*opened, *hours, closed.value_or(Instant::max()), line, row);
    }

    JudgeReport finish() {
        flush();
        return std::move(report_);
    }

private:
    inline static const Text kShort{"这一行的列数不够", "the row has too few columns"};

    bool split(std::string_view row, std::string_view (&cells)[3]) const {
        const char* p = row.data();
        const char* const end = p + row.size();
        for (std::size_t column = 0;; ++column) {
            const auto* comma =
                static_cast<const char*>(std::memchr(p, ',', static_cast<std::size_t>(end - p)));
            const char* stop = comma ? comma : end;
            const std::string_view cell(p, static_cast<std::size_t>(stop - p));
            for (std::size_t i = 0; i < 3; ++i)
                if (columns_[i] == column) cells[i] = trim(cell);
            if (column == last_column_) return true;
            if (!comma) return false;
            p = comma + 1;
        }
    }

    void keep(Instant opened, WorkTime hours, Instant closed, std::uint64_t line,
              std::string_view row) {
        at_[count_] = opened;
        work_[count_] = hours;
        closed_[count_] = closed;
        line_[count_] = line;
        row_[count_] = row;
        if (++count_ == kBlock) flush();
    }

    void bad(std::uint64_t line, const Text& why) {
        ++report_.bad;
        if (report_.first_bad.size() < kBadKept) report_.first_bad.push_back({line, why});
    }

    void flush() {
        schedule_.add_all({at_.data(), count_}, {work_.data(), count_}, {due_.data(), count_});
        for (std::size_t i = 0; i < count_; ++i) {
            const bool open = closed_[i] == Instant::max();
            if (due_[i] == Instant::max()) [[unlikely]] {
                bad(line_[i],
                    {"工作日历上等不到截止时间", "on this schedule the due time never comes"});
                continue;
            }
            const bool in_time = closed_[i] <= due_[i];
            report_.open += open;
            report_.in_time += in_time;
            report_.late += !open && !in_time;
            if (!out_) continue;
            auto row = row_[i];
            if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
            out_->append(row).append(",").append(to_string(due_[i]));
            out_->append(open ? ",open\n" : in_time ? ",in-time\n" : ",late\n");
        }
        count_ = 0;
    }

    const calendar::Schedule& schedule_;
    Clock clock_;
    std::array<std::size_t, 3> columns_;
    std::size_t last_column_ = 0;
    std::string* out_;
    JudgeReport report_;
    std::size_t count_ = 0;
    std::array<Instant, kBlock> at_;
    std::array<WorkTime, kBlock> work_;
    std::array<Instant, kBlock> closed_;
    std::array<Instant, kBlock> due_;
    std::array<std::uint64_t, kBlock> line_;
    std::array<std::string_view, kBlock> row_;
};

}  // namespace

Result<JudgeReport> judge_csv(std::string_view text, std::string_view path,
                              const JudgeColumns& columns, const calendar::Schedule& schedule,
                              std::string* out) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    Rows rows(text);
    std::string_view row;
    if (!rows.next(row))
        return refuse({.code = "empty-file",
                       .what = {"文件是空的", "the file is empty"},
                       .place = {std::string(path), 1, 1}});
    auto header = cells_of(row.substr(0, std::min<std::size_t>(row.size(), 1 << 20)));
    if (header.size() > kColumnsMost) header.resize(kColumnsMost);
    for (auto& name : header) name = trim(name);
    std::array<std::size_t, 3> found{};
    const std::string* const wanted[] = {&columns.opened, &columns.hours, &columns.closed};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto it = std::find(header.begin(), header.end(), *wanted[i]);
        if (it != header.end()) {
            found[i] = static_cast<std::size_t>(it - header.begin());
            continue;
        }
        const std::vector<std::string_view> names(header.begin(), header.end());
        const auto near = nearest(*wanted[i], names);
        return refuse(
            {.code = "missing-column",
             .what = {"表头里没有「" + *wanted[i] + "」一列",
                      "the header has no column \"" + *wanted[i] + "\""},
             .mend = near ? Text{"是不是「" + std::string(*near) + "」？",
                                 "did you mean \"" + std::string(*near) + "\"?"}
                          : Text{"用 --open、--limit-hours、--closed 指明列名",
                                 "name the columns with --open, --limit-hours and --closed"},
             .place = {std::string(path), 1, 1}});
    }
    if (out) out->append(trim(row)).append(",due,verdict\n");
    Judge judge(schedule, found, out);
    for (;;) {
        while (const auto size = judge.plain_row(rows.rest(), rows.next_line())) rows.skip(size);
        if (!rows.next(row)) break;
        if (row.empty() || row == "\r") continue;
        if (rows.closed())
            judge.row(row, rows.quoted(), rows.line());
        else
            judge.unclosed(rows.line());
    }
    return judge.finish();
}

}  // namespace yinuo::wire
