#include "server/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/nearest.h"
#include "http/forwarded.h"
#include "time/civil.h"
#include "wire/yaml.h"

namespace yinuo::server {
namespace {

using Apply = bool (*)(Config&, std::string_view);
using Show = std::string (*)(const Config&);

template <auto Member>
bool set_text(Config& config, std::string_view value) {
    config.*Member = value;
    return true;
}

template <auto Member>
bool set_number(Config& config, std::string_view value) {
    auto& into = config.*Member;
    using Number = std::remove_reference_t<decltype(into)>;
    Number number{};
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc() || read.ptr != value.data() + value.size()) return false;
    if (!(number > Number{}) || number > Number(1'000'000)) return false;
    into = number;
    return true;
}

template <auto Member>
std::string show(const Config& config) {
    return fmt::format("{}", config.*Member);
}

bool set_listen(Config& config, std::string_view value) {
    auto read = read_listen(value);
    if (read) std::tie(config.address, config.port) = std::move(*read);
    return read.has_value();
}

bool set_demo(Config& config, std::string_view value) {
    config.demo = value == "true";
    return value == "true" || value == "false";
}

bool set_private_webhooks(Config& config, std::string_view value) {
    config.private_webhooks = value == "true";
    return value == "true" || value == "false";
}

bool set_speed(Config& config, std::string_view value) {
    return set_number<&Config::demo_speed>(config, value) && config.demo_speed <= demo::kSpeedMost;
}

bool set_log(Config& config, std::string_view value) {
    config.log = value;
    return value == "info" || value == "warn";
}

bool set_url(Config& config, std::string_view value) {
    config.public_url = value;
    const auto host = value.substr(std::min(value.find("://"), value.size()));
    return (value.starts_with("https://") || value.starts_with("http://")) && host.size() > 3 &&
           !host.substr(3).contains('/');
}

bool set_proxies(Config& config, std::string_view value) {
    config.trusted_proxies = value;
    return http::TrustedProxies::parse(value).has_value();
}

bool set_test_clock(Config& config, std::string_view value) {
    config.test_clock = parse_instant(value);
    return config.test_clock.has_value();
}

struct Row {
    Apply apply;
    Show show;
};

// In the order of kSettings.
constexpr Row kRows[] = {
    {set_text<&Config::data>, show<&Config::data>},
    {set_listen,
     [](const Config& c) {
         return c.address.contains(':') ? fmt::format("[{}]:{}", c.address, c.port)
                                        : fmt::format("{}:{}", c.address, c.port);
     }},
    {set_text<&Config::tls_cert>, show<&Config::tls_cert>},
    {set_text<&Config::tls_key>, show<&Config::tls_key>},
    {set_text<&Config::master_key>, show<&Config::master_key>},
    {set_text<&Config::master_key_text>, show<&Config::master_key_text>},
    {set_url, show<&Config::public_url>},
    {set_text<&Config::origin>, show<&Config::origin>},
    {set_number<&Config::threads>, show<&Config::threads>},
    {set_number<&Config::workers>, show<&Config::workers>},
    {set_log, show<&Config::log>},
    {set_demo, show<&Config::demo>},
    {set_speed, show<&Config::demo_speed>},
    {set_text<&Config::demo_examples>, show<&Config::demo_examples>},
    {set_private_webhooks, show<&Config::private_webhooks>},
    {set_number<&Config::rate_guest>, show<&Config::rate_guest>},
    {set_number<&Config::rate_user>, show<&Config::rate_user>},
    {set_number<&Config::rate_key>, show<&Config::rate_key>},
    {set_proxies, show<&Config::trusted_proxies>},
    {set_text<&Config::mail_server>, show<&Config::mail_server>},
    {set_text<&Config::mail_user>, show<&Config::mail_user>},
    {set_text<&Config::mail_password_file>, show<&Config::mail_password_file>},
    {set_text<&Config::mail_from>, show<&Config::mail_from>},
    {set_text<&Config::mail_bounces>, show<&Config::mail_bounces>},
    {set_text<&Config::mail_ca_file>, show<&Config::mail_ca_file>},
    {set_text<&Config::web>, show<&Config::web>},
    {set_test_clock,
     [](const Config& c) { return c.test_clock ? to_string(*c.test_clock) : std::string(); }},
};

const Setting kSettings[] = {
    {"data", false, false, {"数据文件夹", "a folder, for the store and the keys"}},
    {"listen", false, false, {"地址:端口，例如 127.0.0.1:8080", "ADDRESS:PORT, as 127.0.0.1:8080"}},
    {"tls_cert", false, false, {"证书链的 PEM 文件", "the PEM file of the certificates"}},
    {"tls_key", false, false, {"证书私钥的 PEM 文件", "the PEM file of their key"}},
    {"master_key", false, false, {"主密钥文件", "the file of the master key"}},
    {"master_key_text",
     true,
     false,
     {"主密钥本身（十六进制或 base64）", "the master key itself (hexadecimal or base64)"}},
    {"public_url",
     false,
     false,
     {"浏览器看到的地址，例如 https://promises.example.com",
      "our address as browsers see it, as https://promises.example.com"}},
    {"origin",
     false,
     false,
     {"存证日志名字的前半，例如 yinuo.example",
      "the beginning of the logs' names, as yinuo.example"}},
    {"threads", false, false, {"HTTP 线程数，从 1 起", "threads for HTTP, from 1"}},
    {"workers", false, false, {"慢活的线程数，从 1 起", "threads for slow work, from 1"}},
    {"log", false, false, {"info 或 warn", "info or warn"}},
    {"demo",
     false,
     true,
     {"true 或 false：运行演示，两个租户自己动起来",
      "true or false: run the demo, two companies that live by themselves"}},
    {"demo_speed",
     false,
     false,
     {"演示时钟快多少倍，1 到 3600", "how many times as fast the demo's clock is, 1 to 3600"}},
    {"demo_examples",
     false,
     false,
     {"examples 文件夹，演示由它而来", "the folder `examples`, which the demo is made from"}},
    {"private_webhooks",
     false,
     true,
     {"true 或 false：也可投递到内网地址和 http://",
      "true or false: deliver into private networks, too, and to http://"}},
    {"rate_guest",
     false,
     false,
     {"未登录的每个地址每秒几次", "requests a second for a stranger's address"}},
    {"rate_user", false, false, {"每个人每秒几次", "requests a second for a person"}},
    {"rate_key", false, false, {"每个密钥每秒几次", "requests a second for a key"}},
    {"trusted_proxies",
     false,
     false,
     {"信得过的代理的地址或网段，用逗号隔开，例如 127.0.0.1, 10.0.0.0/8",
      "addresses or networks of proxies to trust, apart by commas, as 127.0.0.1, 10.0.0.0/8"}},
    {"mail_server",
     false,
     false,
     {"邮件服务器，例如 smtp://mail.example.com:587（STARTTLS）、smtps://…:465，或本机的 "
      "smtp+plain://127.0.0.1:25",
      "the mail server, as smtp://mail.example.com:587 (STARTTLS), smtps://...:465, or "
      "smtp+plain://127.0.0.1:25 on this machine"}},
    {"mail_user", false, false, {"邮件服务器的用户名", "the user at the mail server"}},
    {"mail_password_file",
     false,
     false,
     {"一个文件，只写邮件服务器的密码", "a file with the mail server's password and nothing else"}},
    {"mail_from",
     false,
     false,
     {"发信地址，例如 care@example.com", "whom mails are from, as care@example.com"}},
    {"mail_bounces",
     false,
     false,
     {"退信寄到哪里；不写就是发信地址", "where bounces go; unsaid: whom mails are from"}},
    {"mail_ca_file",
     false,
     false,
     {"信任的证书（PEM 文件）；不写就是系统信任的",
      "certificates to trust, a PEM file; unsaid: those that the system trusts"}},
    {"web",
     false,
     false,
     {"网页应用的文件夹；不设时用程序自带的",
      "a folder with the web app; unset: the one inside the program"}},
    {"test_clock",
     false,
     false,
     {"一个时刻，例如 2026-01-01T00:00:00Z：时间从它起由人拨动，只供测试，绝不用于真实数据",
      "an instant, as 2026-01-01T00:00:00Z: time begins there and is set by hand, for tests only, "
      "never for real data"}},
};
static_assert(std::size(kRows) == std::size(kSettings));

std::string variable_name(std::string_view name) {
    std::string out = "YINUO_";
    for (const char c : name) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

Result<std::pair<std::string, std::uint16_t>> read_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    std::uint16_t port = 0;
    bool fine = colon != std::string_view::npos && colon + 1 < text.size();
    if (fine) {
        const auto read = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
        fine = read.ec == std::errc() && read.ptr == text.data() + text.size();
    }
    auto address = text.substr(0, fine ? colon : 0);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    else if (address.contains(':'))
        fine = false;
    if (!fine)
        return refuse({.code = "bad-address",
                       .what = {"监听地址看不懂", "this address can't be read"},
                       .mend = {"写作 127.0.0.1:8080、[::1]:8080 或 :8080",
                                "write 127.0.0.1:8080, [::1]:8080 or :8080"}});
    return std::pair(std::string(address.empty() ? "0.0.0.0" : address), port);
}

Result<void> Settings::set(std::string_view name, std::string_view value, std::string where,
                           Place place) {
    const auto* found = std::ranges::find(kSettings, name, &Setting::name);
    if (found == std::end(kSettings)) {
        std::vector<std::string_view> names;
        for (const auto& one : kSettings) names.push_back(one.name);
        Error error{.code = "unknown-setting",
                    .what = {fmt::format("没有“{}”这个设置", name),
                             fmt::format("there is no setting \"{}\"", name)},
                    .mend = {"yinuo config show 列出全部", "yinuo config show lists them all"},
                    .place = std::move(place)};
        if (const auto near = nearest(name, names))
            error.mend = {fmt::format("是不是 {}？", *near),
                          fmt::format("did you mean {}?", *near)};
        return refuse(std::move(error));
    }
    const auto index = static_cast<std::size_t>(found - kSettings);
    if (!kRows[index].apply(config_, value))
        return refuse({.code = "bad-setting",
                       .what = {fmt::format("{} 的值不对（来自 {}）", name, where),
                                fmt::format("the value of {} can't be (from {})", name, where)},
                       .mend = {"应是：" + found->what.zh, "it should be: " + found->what.en},
                       .place = std::move(place)});
    where_.emplace_back(name, std::move(where));
    return {};
}

Result<Settings> Settings::read(
    std::string_view yaml, std::string_view path,
    const std::function<std::optional<std::string>(std::string)>& variable,
    std::span<const std::pair<std::string, std::string>> flags) {
    Settings all;
    const auto file = wire::read_yaml(yaml, path);
    for (const auto& finding : file.findings)
        if (finding.severity == Severity::Error) return refuse(finding.error);
    for (const auto& document : file.documents) {
        if (!document.is_map())
            return refuse(
                {.code = "bad-setting",
                 .what = {"配置文件应是“名字: 值”", "the file should be lines of NAME: VALUE"},
                 .mend = {"例如 listen: 127.0.0.1:8080", "for example listen: 127.0.0.1:8080"},
                 .place = document.place});
        for (const auto& [key, place, value] : document.entries) {
            auto where = fmt::format("{}:{}", path, place.line);
            if (auto set = all.set(key, value.text, std::move(where), place); !set)
                return refuse(set.error());
        }
    }
    for (const auto& setting : kSettings) {
        const auto name = variable_name(setting.name);
        if (const auto value = variable(name))
            if (auto set = all.set(setting.name, *value, name, {}); !set)
                return refuse(set.error());
    }
    for (const auto& [name, value] : flags) {
        auto option = "--" + name;
        std::ranges::replace(option, '_', '-');
        if (auto set = all.set(name, value, std::move(option), {}); !set)
            return refuse(set.error());
    }
    const auto& config = all.config_;
    if (config.tls_cert.empty() != config.tls_key.empty())
        return refuse(
            {.code = "bad-setting",
             .what = {"tls_cert 和 tls_key 要一起给", "tls_cert and tls_key belong together"}});
    if (config.demo && config.test_clock)
        return refuse(
            {.code = "bad-setting",
             .what = {"demo 和 test_clock 不能同用：演示有自己的时钟",
                      "demo and test_clock don't go together: the demo has a clock of its own"},
             .mend = {"去掉其中一个", "leave one of them out"}});
    return all;
}

std::vector<Settings::Value> Settings::values() const {
    std::vector<Value> out;
    for (std::size_t i = 0; i < std::size(kSettings); ++i) {
        const auto& setting = kSettings[i];
        Value value{.name = setting.name, .text = kRows[i].show(config_), .where = "default"};
        if (setting.secret && !value.text.empty()) value.text = "***";
        for (const auto& [name, where] : where_)
            if (name == setting.name) value.where = where;
        out.push_back(std::move(value));
    }
    return out;
}

}  // namespace yinuo::server
