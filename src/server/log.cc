#include "server/log.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "server/json_out.h"

namespace yinuo::server {

struct Log::Sink {
    spdlog::logger logger;
};

Log::Log(To to) {
    spdlog::sink_ptr sink;
    if (to == To::Stderr)
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
        sink = std::make_shared<spdlog::sinks::null_sink_mt>();
    sink_ = std::make_unique<Sink>(Sink{.logger = spdlog::logger("yinuo", std::move(sink))});
    sink_->logger.set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                              spdlog::pattern_time_type::utc);
    sink_->logger.flush_on(spdlog::level::info);
}

Log::~Log() = default;

void Log::line(int level, std::string_view event, std::string_view more) {
    std::string text = "\"event\":";
    append_json_string(text, event);
    if (!more.empty()) text += ',', text += more;
    sink_->logger.log(static_cast<spdlog::level::level_enum>(level), "{}", text);
}

void Log::request(const Request& request) {
    JsonOut out;
    out.member("method", request.method).member("route", request.route);
    out.member("status", request.status).member("micros", request.micros);
    out.member("request", request.id).member_if("actor", request.actor);
    if (request.tenant != 0) out.member("tenant", request.tenant);
    line(request.status >= 500 ? spdlog::level::warn : spdlog::level::info, "request", out.text());
}

void Log::note(std::string_view event, std::string_view more) {
    line(spdlog::level::info, event, more);
}

namespace {
std::string members_of(const Error& error) {
    JsonOut out;
    out.member("code", error.code).member("what", error.what.en);
    return out.take();
}
}  // namespace

void Log::warn(std::string_view event, const Error& error) {
    line(spdlog::level::warn, event, members_of(error));
}

void Log::error(std::string_view event, const Error& error) {
    line(spdlog::level::err, event, members_of(error));
}

}  // namespace yinuo::server
