/* The verbs after login and their help, in the order that help has always
 * shown; clients do not look at it, people do. */
#include "config.h"

#include "daemons/vpopmaild/verbs.h"

static enum vpd_next add_list(struct vpd_call *call);
static enum vpd_next del_list(struct vpd_call *call);
static enum vpd_next mod_list(struct vpd_call *call);

#define U VPD_USER
#define Q VPD_DOMAIN
#define S VPD_SYSTEM

const struct vpd_command vpd_commands[] = {
	{ "user_info", Q, 0, vpd_user_info },
	{ "mod_user", U, 1, vpd_mod_user },
	{ "list_domains", S, 0, vpd_list_domains },
	{ "find_domain", S, 0, vpd_find_domain },
	{ "domain_count", S, 0, vpd_domain_count },
	{ "add_alias_domain", S, 1, vpd_add_alias_domain },
	{ "add_domain", S, 1, vpd_add_domain },
	{ "del_domain", S, 1, vpd_del_domain },
	{ "dom_info", S, 0, vpd_dom_info },
	{ "get_limits", Q, 0, vpd_get_limits },
	{ "set_limits", S, 1, vpd_set_limits },
	{ "del_limits", S, 1, vpd_del_limits },
	{ "get_domain_size", Q, 0, vpd_get_domain_size },
	{ "add_user", Q, 1, vpd_add_user },
	{ "del_user", Q, 1, vpd_del_user },
	{ "user_count", Q, 0, vpd_user_count },
	{ "list_users", Q, 0, vpd_list_users },
	{ "list_lists", Q, 0, vpd_list_lists },
	{ "get_lastauth", U, 0, vpd_get_lastauth },
	{ "get_user_size", U, 0, vpd_get_user_size },
	{ "add_alias", Q, 1, vpd_add_alias },
	{ "delete_alias", Q, 1, vpd_delete_alias },
	{ "list_alias", Q, 0, vpd_list_alias },
	{ "remove_alias", Q, 1, vpd_remove_alias },
	{ "mk_dir", U, 0, vpd_mk_dir },
	{ "rm_dir", U, 0, vpd_rm_dir },
	{ "list_dir", U, 0, vpd_list_dir },
	{ "rm_file", U, 0, vpd_rm_file },
	{ "rename_file", U, 0, vpd_rename_file },
	{ "write_file", U, 0, vpd_write_file },
	{ "read_file", U, 0, vpd_read_file },
	{ "stat_file", U, 0, vpd_stat_file },
	{ "get_ip_map", U, 0, vpd_get_ip_map },
	{ "add_ip_map", S, 1, vpd_add_ip_map },
	{ "del_ip_map", S, 1, vpd_del_ip_map },
	{ "show_ip_map", S, 0, vpd_show_ip_map },
	{ "add_list", Q, 0, add_list },
	{ "del_list", Q, 0, del_list },
	{ "mod_list", Q, 0, mod_list },
	{ "help", VPD_NOBODY, 0, vpd_help },
	/* Without a function: they end the session. */
	{ "exit", VPD_NOBODY, 0, NULL },
	{ "quit", VPD_NOBODY, 0, NULL },
	{ "q", VPD_NOBODY, 0, NULL },
	{ NULL, VPD_NOBODY, 0, NULL },
};

static const struct {
	enum vpd_level level;
	const char *heading, *line;
} help[] = {
	{ Q, "Domain", NULL },
	{ Q, NULL, "user_info user_domain<crlf>" },
	{ S, NULL, "list_domains [page per_page]<crlf>" },
	{ S, NULL, "find_domain domain [per-page]<crlf>" },
	{ S, NULL, "domain_count <crlf>" },
	{ S, NULL, "add_alias_domain domain alias<crlf>" },
	{ S, NULL, "add_domain domain postmaster-password<crlf>" },
	{ S, NULL, "del_domain domain<crlf>" },
	{ S, NULL, "dom_info domain<crlf>" },
	{ Q, NULL, "get_limits domain<crlf>" },
	{ S, NULL, "set_limits domain (option lines)<crlf>.<crlf>" },
	{ S, NULL, "del_limits domain<crlf>" },
	{ Q, NULL, "get_domain_size domain<crlf>" },
	{ U, "User", NULL },
	{ Q, NULL, "add_user user@domain password<crlf>" },
	{ Q, NULL, "del_user user@domain<crlf>" },
	{ Q, NULL, "user_count domain <crlf>" },
	{ Q, NULL, "list_users domain [page per_page]<crlf>" },
	{ Q, NULL, "list_users domain<crlf>" },
	{ Q, NULL, "list_lists domain<crlf>" },
	{ U, NULL, "mod_user user@domain (option lines)<crlf>.<crlf>" },
	{ U, NULL, "get_lastauth user@domain<crlf>" },
	{ U, NULL, "get_user_size user@domain<crlf>" },
	{ Q, "Alias", NULL },
	{ Q, NULL, "add_alias user@domain user@otherdomain<crlf>" },
	{ Q, NULL, "delete_alias user@domain<crlf>" },
	{ Q, NULL, "list_alias domain<crlf>" },
	{ Q, NULL, "remove_alias user@domain user@otherdomain<crlf>" },
	{ U, "File System", NULL },
	{ U, NULL, "mk_dir /full/path/to/dir<crlf>" },
	{ U, NULL, "rm_dir /full/path/to/dir<crlf>" },
	{ U, NULL, "list_dir /full/path/to/dir<crlf>" },
	{ U, NULL, "rm_file /full/path/to/file<crlf>" },
	{ U, NULL, "rename_file /full/path/to/file<crlf>" },
	{ U, NULL, "write_file /full/path (data lines)<crlf>.<crlf>" },
	{ U, NULL, "read_file /full/path<crlf>" },
	{ U, NULL, "stat_file /full/path<crlf>" },
	{ U, "IP Map", NULL },
	{ U, NULL, "get_ip_map domain<crlf>" },
	{ S, NULL, "add_ip_map ip domain<crlf>" },
	{ S, NULL, "del_ip_map ip domain<crlf>" },
	{ S, NULL, "show_ip_map domain<crlf>" },
	{ Q, "Mailing List", NULL },
	{ Q, NULL, "add_list domain listname (command line options)<crlf>" },
	{ Q, NULL, "del_list domain listname<crlf>" },
	{ Q, NULL, "mod_list domain listname (command line options)<crlf>" },
	{ VPD_NOBODY, "Utility", NULL },
	{ VPD_NOBODY, NULL, "exit quit" },
	{ VPD_NOBODY, NULL, "quit quit" },
	{ VPD_NOBODY, NULL, "q quit" },
	{ VPD_NOBODY, NULL, "help help" },
};

#undef U
#undef Q
#undef S

enum vpd_next
vpd_help(struct vpd_call *call)
{
	vpd_begin(call);
	for (size_t i = 0; i < sizeof help / sizeof help[0]; i++) {
		if (help[i].level > call->session->level)
			continue;
		if (help[i].heading)
			vpd_format(call->out, "\r\n%s\r\n", help[i].heading);
		else
			vpd_format(call->out, "%s\r\n", help[i].line);
	}
	return vpd_end(call);
}

static enum vpd_next
add_list(struct vpd_call *call)
{
	return vpd_error(call, VPD_E_NOT_IMPLEMENTED, 4001);
}

static enum vpd_next
del_list(struct vpd_call *call)
{
	return vpd_error(call, VPD_E_NOT_IMPLEMENTED, 4101);
}

static enum vpd_next
mod_list(struct vpd_call *call)
{
	return vpd_error(call, VPD_E_NOT_IMPLEMENTED, 4201);
}
