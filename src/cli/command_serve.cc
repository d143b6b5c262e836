// `yinuo serve`: the server, until it is told to stop.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>

#include "cli/installation.h"
#include "cli/service_notify.h"
#include "server/json_out.h"
#include "server/service.h"

namespace yinuo::cli {
namespace {

// A demo says where it is to be seen and, when it was founded just now, how to sign in.
void tell_demo(const server::Service& service, const server::Config& config,
               const Console& console) {
    const bool everywhere = config.address == "0.0.0.0" || config.address == "::";
    const std::string host = everywhere                     ? "127.0.0.1"
                             : config.address.contains(':') ? "[" + config.address + "]"
                                                            : config.address;
    const auto page = fmt::format("{}://{}:{}/demo", config.tls_cert.empty() ? "http" : "https",
                                  host, service.port());
    const auto sheet = config.data + "/demo-sign-in.txt";
    fmt::print("{}\n{}\n", console.say({"演示在跑：" + page, "the demo is running: " + page}),
               console.say({"登录信息：" + sheet, "how to sign in: " + sheet}));
    if (!service.demo_sign_in().empty()) fmt::print("\n{}", service.demo_sign_in());
    std::fflush(stdout);
}

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

// Until SIGTERM or SIGINT. While the engine works the watchdog hears of it; when it doesn't, the
// watchdog hears nothing, and whoever watches starts us anew.
void wait_for_the_end(const server::Service& service) {
    const auto set = stop_signals();
    const auto interval = watchdog_interval().value_or(std::chrono::milliseconds(60'000));
    const timespec pause{.tv_sec = interval.count() / 1000,
                         .tv_nsec = interval.count() % 1000 * 1'000'000};
    while (true) {
        if (sigtimedwait(&set, nullptr, &pause) > 0) return;
        if ((errno == EAGAIN || errno == EINTR) && service.well()) notify_service("WATCHDOG=1");
    }
}

int serve(Installation& place, const Console& console) {
    server::Log log;
    auto service =
        server::Service::open(place.config, {*place.store, place.clock, place.zones, *place.keyring,
                                             place.entropy, *place.passwords, log});
    if (!service) return complain(service.error(), console, kEnvironment);
    (*service)->start();
    server::JsonOut where;
    where.member("address", place.config.address).member("port", (*service)->port());
    log.note("listening", where.text());
    if (place.config.demo) tell_demo(**service, place.config, console);
    notify_service("READY=1");
    wait_for_the_end(**service);
    notify_service("STOPPING=1");
    log.note("stopping");
    (*service)->stop();
    log.note("stopped");
    return kFine;
}

int run(Arguments arguments, const Console& console) {
    SettingFlags flags;
    Options options;
    flags.declare(options);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    const auto settings = flags.read();
    if (!settings) return complain(settings.error(), console, kInput);
    const auto set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);  // before any thread: they inherit it
    auto place = Installation::open(settings->config(), Installation::For::Serving, console);
    if (!place) return complain(place.error(), console, kEnvironment);
    try {
        return serve(**place, console);
    } catch (const store::Trouble& trouble) {
        return complain(trouble.error(), console, kEnvironment);
    }
}

}  // namespace

const Command kServeCommand = {
    .name = "serve",
    .summary = {"运行服务器", "run the server"},
    .usage =
        {"yinuo serve [--config 文件] [--data 文件夹] [--listen 地址:端口] [设置…]\n"
         "\n"
         "  --data 文件夹          存储和密钥；没有就新建（默认 yinuo-data）\n"
         "  --listen 地址:端口     默认 127.0.0.1:8080\n"
         "  --tls-cert --tls-key   证书链和私钥（PEM）；不用时请放在代理之后\n"
         "  --public-url URL       浏览器看到的地址；在代理之后必须写\n"
         "  --master-key 文件      主密钥；默认 文件夹/keys/master.key，第一次启动时生成\n"
         "  --demo                 运行演示：两个租户，数据自己来；--demo-speed 1..3600（默认 300 "
         "倍）、\n"
         "                         --demo-examples 文件夹（默认 examples）\n"
         "  --test-clock 时刻      时间从它起，只由 PUT /api/v1/test-clock 拨动：只供测试，"
         "绝不用于真实数据\n"
         "\n"
         "全部设置见 yinuo config show。先用 yinuo tenant add 和 yinuo user add 建租户和用户。\n"
         "日志是标准错误上的 JSON 行。SIGTERM 或 Ctrl-C 让它做完手上的事再停；systemd 用 "
         "Type=notify。\n",
         "yinuo serve [--config FILE] [--data DIR] [--listen ADDRESS:PORT] [SETTING...]\n"
         "\n"
         "  --data DIR             the store and the keys; made when it isn't there (yinuo-data)\n"
         "  --listen ADDRESS:PORT  by default 127.0.0.1:8080\n"
         "  --tls-cert --tls-key   certificates and their key (PEM); without, stay behind a proxy\n"
         "  --public-url URL       our address as browsers see it; needed behind a proxy\n"
         "  --master-key FILE      by default DIR/keys/master.key, made at the first start\n"
         "  --demo                 run the demo: two companies that live by themselves; "
         "--demo-speed\n"
         "                         1..3600 (300 times as fast), --demo-examples DIR (examples)\n"
         "  --test-clock INSTANT   time begins there and moves by PUT /api/v1/test-clock only: for "
         "tests,\n"
         "                         never for real data\n"
         "\n"
         "yinuo config show has every setting. Companies and people: yinuo tenant add, yinuo user "
         "add.\n"
         "Logs are lines of JSON on standard error. SIGTERM or Ctrl-C lets it finish what it does; "
         "with\n"
         "systemd it is Type=notify.\n"},
    .run = run,
};

}  // namespace yinuo::cli
