// `yinuo calendar`: schedules from the command line.
#include "cli/command_calendar.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "base/nearest.h"
#include "cli/options.h"
#include "wire/schedule_yaml.h"

namespace yinuo::cli {
namespace {

struct Part {
    std::string_view name;
    int (*run)(Arguments, const Console&);
};
constexpr Part kParts[] = {
    {"add", calendar_add},         {"between", calendar_between}, {"explain", calendar_explain},
    {"show", calendar_show},       {"judge", calendar_judge},     {"import", calendar_import},
    {"vectors", calendar_vectors},
};

int run(Arguments arguments, const Console& console) {
    std::vector<std::string_view> names;
    for (const auto& part : kParts) {
        if (!arguments.empty() && arguments.front() == part.name)
            return part.run(arguments.subspan(1), console);
        names.push_back(part.name);
    }
    if (arguments.empty())
        return complain({.code = "missing-argument",
                         .what = {"calendar 后面要写做什么", "say what calendar is to do"},
                         .mend = {"可用的有：add、between、explain、show、judge、import、vectors",
                                  "add, between, explain, show, judge, import or vectors"}},
                        console);
    const std::string word(arguments.front());
    const auto near = nearest(word, names);
    return complain(
        {.code = "unknown-command",
         .what = {"calendar 没有「" + word + "」", "calendar has no \"" + word + "\""},
         .mend = near ? Text{"是不是 " + std::string(*near) + "？",
                             "did you mean " + std::string(*near) + "?"}
                      : Text{"可用的有：add、between、explain、show、judge、import、vectors",
                             "add, between, explain, show, judge, import or vectors"}},
        console);
}

}  // namespace

const Command kCalendarCommand = {
    .name = "calendar",
    .summary = {"工作日历：算截止时间、工作时长，讲清每一段",
                "schedules: due times, work time, told stretch by stretch"},
    .usage = {R"(用法：yinuo calendar 子命令 ...

  add --schedule 文件 时间 时长        从该时间起，经过这些工作时间（8h、7h30m）后是几点
  add --schedule 文件 时间 --workdays N [--style 方式]
                                       第 N 个工作日；方式缺省为 end_of_day（当日结束前）
  between --schedule 文件 开始 结束    两个时间之间的工作时长
  explain --schedule 文件 开始 结束    逐段说明哪些时间计入、哪些不计、为什么
  show --schedule 文件 [--from 日期] [--days N]
                                       打印日历的内容和接下来的日子
  judge --schedule 文件 表.csv [--open 列 --limit-hours 列 --closed 列] [--out 文件]
                                       逐行判断是否按时完成；列名缺省为 opened、hours、closed
  import 文件.ics [-o 文件.yaml] [--zone 时区] [--until 日期]
                                       把 iCalendar 的全天事件变成节假日，其余变成临时停业
  vectors 文件 [--verbose]             跑工作时间测试用例

时间写作 2026-03-02T09:00（日历所在时区）或 2026-03-02T01:00:00Z。
)",
              R"(usage: yinuo calendar SUBCOMMAND ...

  add --schedule FILE AT WORK          the instant after that much work time (8h, 7h30m)
  add --schedule FILE AT --workdays N [--style STYLE]
                                       N working days on; the style is end_of_day unless said
  between --schedule FILE FROM TO      the work time between two instants
  explain --schedule FILE FROM TO      which stretches count, which don't, and why
  show --schedule FILE [--from DATE] [--days N]
                                       what the schedule holds, and the days ahead
  judge --schedule FILE TABLE.csv [--open COL --limit-hours COL --closed COL] [--out FILE]
                                       each row in time or not; columns opened, hours, closed unless named
  import FILE.ics [-o FILE.yaml] [--zone ZONE] [--until DATE]
                                       all-day events of an iCalendar become holidays, others closures
  vectors FILE [--verbose]             run business-hours test vectors

Instants are 2026-03-02T09:00 (in the schedule's zone) or 2026-03-02T01:00:00Z.
)"},
    .run = run,
};

std::optional<calendar::Schedule> load_schedule(const std::string& path, ZoneFiles& zones,
                                                const Console& console, int& exit) {
    exit = kUsage;
    if (path.empty()) {
        complain({.code = "missing-argument",
                  .what = {"没有指明工作日历", "no schedule was named"},
                  .mend = {"加上 --schedule 文件", "add --schedule FILE"}},
                 console);
        return std::nullopt;
    }
    exit = kInput;
    const auto file = MappedFile::open(path);
    if (!file) {
        complain(file.error(), console, kInput);
        return std::nullopt;
    }
    Findings findings;
    auto schedule = wire::read_schedule_file(file->text(), path, zones, findings);
    for (const auto& finding : findings) complain(finding.error, console);
    return schedule;
}

Result<MappedFile> MappedFile::open(const std::string& path) {
    const auto failed = [&](const char* code, const Text& what) {
        const std::string cause = std::strerror(errno);
        return refuse({.code = code,
                       .what = {what.zh + "：" + cause, what.en + ": " + cause},
                       .place = {path, 0, 0}});
    };
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return failed("no-such-file", {"打不开文件", "cannot open the file"});
    struct stat about{};
    if (::fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        ::close(file);
        errno = EISDIR;
        return failed("unreadable", {"不是普通文件", "not a plain file"});
    }
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size == 0) {
        ::close(file);
        return MappedFile(std::string_view{});
    }
    void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    ::close(file);
    if (bytes == MAP_FAILED) return failed("unreadable", {"无法读取文件", "cannot read the file"});
    return MappedFile(std::string_view(static_cast<const char*>(bytes), size));
}

MappedFile::~MappedFile() {
    if (!text_.empty()) ::munmap(const_cast<char*>(text_.data()), text_.size());
}

}  // namespace yinuo::cli
