/*
 * The old interface: arguments that are bad, and files that are missing.  In
 * the end the names that were called must be those that the library exports,
 * so a new function needs a line here.
 */
#include "config.h"

#include "api_process.h"

#include <sys/wait.h>

static void
bad_accounts(char *u, char *d)
{
	struct vqpasswd pw = { .pw_name = u,
		.pw_passwd = u,
		.pw_gecos = u,
		.pw_dir = u,
		.pw_shell = u,
		.pw_clear_passwd = u };

	CALL(vauth_getpw, vauth_getpw(u, d) == NULL);
	CALL(vauth_user, vauth_user(u, d, u, u) == NULL);
	RUN(vauth_crypt, vauth_crypt(u, d, u, &pw));
	CALL(vadduser, vadduser(u, d, u, u, USE_POP) < 0);
	CALL(vdeluser, vdeluser(u, d) < 0);
	CALL(vpasswd, vpasswd(u, d, u, USE_POP) < 0);
	CALL(vsetuserquota, vsetuserquota(u, d, u) < 0);
	CALL(vauth_setquota, vauth_setquota(u, d, u) < 0);
	CALL(vauth_setpw, vauth_setpw(&pw, d) < 0);
	RUN(vcheck_vqpw, vcheck_vqpw(&pw, d));
	CALL(vauth_adduser, vauth_adduser(u, d, u, u, u, 0) < 0);
	CALL(vauth_deluser, vauth_deluser(u, d) < 0);
	CALL(make_user_dir, make_user_dir(u, d, getuid(), getgid()) == NULL);
	CALL(vauth_getall, vauth_getall(d, 1, 1) == NULL);
	CALL(vauth_getall, vauth_getall(d, 0, 1) == NULL);
	RUN(vauth_end_getall, (vauth_end_getall(), 0));
	CALL(vset_lastauth, vset_lastauth(u, d, u) < 0);
	CALL(vget_lastauth, vget_lastauth(&pw, d) == 0);
	CALL(vget_lastauthip, vget_lastauthip(&pw, d) == NULL);
	CALL(vmkpasswd, vmkpasswd(d) < 0);
	CALL(vmake_maildir, vmake_maildir(d, u) < 0);
	RUN(vlimits_setflags, (vlimits_setflags(&pw, d), 0));
	CALL(vauth_adddomain, vauth_adddomain(d) == (d ? 0 : VA_NULL_POINTER));
	CALL(vauth_deldomain, vauth_deldomain(d) == (d ? 0 : VA_NULL_POINTER));
	RUN(is_username_valid, is_username_valid(u));
	CALL(isExistingUser, isExistingUser(u, d) == 0);
	CALL(open_big_dir, open_big_dir(d, getuid(), getgid()) == 0);
	CALL(next_big_dir, next_big_dir(getuid(), getgid()) == NULL);
	CALL(close_big_dir, close_big_dir(d, getuid(), getgid()) == 0);
	vdir_type dir;
	CALL(vread_dir_control,
	    vread_dir_control(&dir, d, getuid(), getgid()) == -1);
	CALL(vwrite_dir_control,
	    vwrite_dir_control(&dir, d, getuid(), getgid()) == -1);
	CALL(vdel_dir_control, vdel_dir_control(d) == -1);
	CALL(dec_dir_control, dec_dir_control(d, getuid(), getgid()) == -1);
	CALL(backfill, backfill(u, d, NULL, 1) == NULL);
	CALL(backfill, backfill(u, d, u, 2) == NULL);
}

static void
bad_domains(char *u, char *d)
{
	uid_t uid = 4711;
	gid_t gid = 4712;
	char name[MAX_FILE_NAME], *names[] = { d };
	struct vlimits limits;

	CALL(vadddomain, vadddomain(d, u, getuid(), getgid()) < 0);
	CALL(vaddaliasdomain, vaddaliasdomain(d, u) < 0);
	CALL(vdeldomain, vdeldomain(d) < 0);
	CALL(vget_assign, vget_assign(d, name, 10, &uid, &gid) == NULL);
	ck_assert(uid == 4711 && gid == 4712);
	RUN(get_domain_entries, get_domain_entries(d));
	CALL(get_domain_entries, get_domain_entries("no.example") == NULL);
	CALL(is_domain_valid, is_domain_valid(d) < 0 || d);
	CALL(add_domain_assign, add_domain_assign(d, d, u, 1, 1) <= 0);
	RUN(del_domain_assign, del_domain_assign(names, 1, d, u, 1, 1));
	CALL(del_domain_assign, del_domain_assign(NULL, 1, d, u, 1, 1) == -1);
	RUN(del_control, del_control(names, 1));
	CALL(del_control, del_control(NULL, 1) == -1);
	CALL(vget_limits, vget_limits(d, &limits) == -1);
	ck_assert_int_eq(limits.maxpopaccounts, -1);
	CALL(vget_limits, vget_limits(d, NULL) == -1);
	CALL(vset_limits, vset_limits(d, &limits) == -1);
	CALL(vset_limits, vset_limits(d, NULL) == -1);
	CALL(vdel_limits, vdel_limits(d) == -1);
	RUN(vadd_ip_map, vadd_ip_map(u, d));
	CALL(vget_ip_map, vget_ip_map(u, name, 10) == -1);
	CALL(vdel_ip_map, vdel_ip_map(u, d) == -1);
	CALL(isExistingAnyAddress, isExistingAnyAddress(d, u, u) == 0);
	CALL(isExistingAddress, isExistingAddress(d, u, u) == 0);
	CALL(isExistingAlias, isExistingAlias(u, u, d) == 0);
	CALL(isExistingRobot, isExistingRobot(u, u) == 0);
	CALL(isValidMailList, isValidMailList(u, u) == 0);
	CALL(isQmailAlias, isQmailAlias(u) == 0);
}

static void
bad_aliases(char *u, char *d)
{
	char name[MAX_FILE_NAME] = "";

	CALL(valias_select, valias_select(u, d) == NULL);
	CALL(valias_select_next, valias_select_next() == NULL);
	CALL(valias_select_all, valias_select_all(name, d) == NULL);
	CALL(valias_select_all, valias_select_all(NULL, d) == NULL);
	CALL(valias_select_all_next, valias_select_all_next(name) == NULL);
	CALL(valias_select_all_next, valias_select_all_next(NULL) == NULL);
	CALL(valias_select_names, valias_select_names(d) == NULL);
	CALL(valias_select_names_next, valias_select_names_next() == NULL);
	RUN(valias_select_names_end, (valias_select_names_end(), 0));
	CALL(valias_insert, valias_insert(u, d, u) < 0);
	CALL(valias_remove, valias_remove(u, d, u) < 0);
	CALL(valias_delete, valias_delete(u, d) < 0);
	CALL(valias_delete_domain, valias_delete_domain(d) < 0);
}

static void
bad_lists(char *u, char *d)
{
	listInfoType info;
	char text[100];

	(void)d;
	CALL(listInit, listInit(&info, u, 0, 0) != 0);
	CALL(listInit, listInit(&info, u, 1, 1) != 0);
	CALL(listInit, listInit(NULL, u, 0, 0) != 0);
	CALL(listCount, listCount(&info) <= 0);
	CALL(listList, listList(&info, 1, 1) == NULL);
	CALL(listMake, listMake(&info) != 0);
	CALL(listDelete, listDelete(&info) != 0);
	RUN(listGetOptions, listGetOptions(&info, text, sizeof text));
	for (int mode = -1; mode < 5; mode++) {
		RUN(listSubsDescription,
		    listSubsDescription(&info, mode, sizeof text, text));
		CALL(listSubsCount, listSubsCount(&info, mode) <= 0);
		CALL(listSubsList, listSubsList(&info, mode, 1, 1) == NULL);
		CALL(listSubsAdd, listSubsAdd(&info, mode, u) != 0);
		CALL(listSubsDel, listSubsDel(&info, mode, u) != 0);
	}
	RUN(listClose, listClose(&info));
	RUN(listGetError, (listGetError(text, sizeof text, -12345), 0));
	RUN(listGetError, (listGetError(NULL, 0, 1), 0));
	CALL(listCount, listCount(NULL) <= 0);
	CALL(listList, listList(NULL, 1, 1) == NULL);
	CALL(listMake, listMake(NULL) != 0);
	CALL(listDelete, listDelete(NULL) != 0);
	RUN(listGetOptions, listGetOptions(NULL, NULL, 0));
	RUN(listSubsDescription, listSubsDescription(NULL, 0, 0, NULL));
	CALL(listSubsCount, listSubsCount(NULL, 0) <= 0);
	CALL(listSubsList, listSubsList(NULL, 0, 1, 1) == NULL);
	CALL(listSubsAdd, listSubsAdd(NULL, 0, u) != 0);
	CALL(listSubsDel, listSubsDel(NULL, 0, u) != 0);
	RUN(listClose, listClose(NULL));
}

static void
bad_texts(char *u)
{
	char name[MAX_FILE_NAME], text[MAX_FILE_NAME];
	char *copy = u ? strdup(u) : NULL;

	RUN(parse_email, parse_email(u, name, text, 60));
	RUN(parse_email, parse_email(u, NULL, NULL, 0));
	RUN(vset_default_domain, (vset_default_domain(NULL), 0));
	CALL(default_domain, default_domain() != NULL);
	RUN(lowerit, (lowerit(copy), 0));
	RUN(str_replace, (str_replace(copy, 'a', 'b'), 0));
	free(copy);
	CALL(format_maildirquota, format_maildirquota(u) != NULL);
	CALL(maildir_to_email, maildir_to_email(u)[0] == '\0');
	RUN(mkpasswd3, mkpasswd3(u, text, 100));
	CALL(mkpasswd3, mkpasswd3(u, NULL, 100) == VA_NULL_POINTER);
	CALL(mkpasswd3,
	    mkpasswd3(u, text, -1) == (u ? VA_CRYPT_FAILED : VA_NULL_POINTER));
	CALL(pw_strength, pw_strength(u) != 0);
	CALL(pw_strength_error, pw_strength_error() != NULL);
	RUN(pw_strength_policy, pw_strength_policy());
	CALL(verror, verror(0) != NULL && verror(-1000000) != NULL);
	CALL(verrori, verrori <= 0);
	RUN(qnprintf, qnprintf(text, 5, "%s", u));
	RUN(qnprintf, qnprintf(NULL, 0, "%s", u));
	RUN(logmessage, logmessage(u, u, u));
	CALL(vsql_escape_hook, vsql_escape_hook == NULL);
	CALL(sqlerr, sqlerr[0] == '\0');
	CALL(last_query, last_query == NULL || last_query[0] == '\0');
	CALL(vrandom_pass, vrandom_pass(NULL, 10) == NULL);
	CALL(vrandom_pass, vrandom_pass(text, -1) != text || text[0] == '\0');
	char *empty = vgen_pass(-1);
	CALL(vgen_pass, empty != NULL && empty[0] == '\0');
	free(empty);
	CALL(randltr, randltr() != '\0');
	CALL(dec2hex, dec2hex(NULL) != NULL || 1);
	CALL(date_header, date_header() != NULL);
	RUN(string_list_init, (string_list_init(NULL, 1), 0));
	CALL(string_list_add, string_list_add(NULL, u) == 0);
	RUN(string_list_free, (string_list_free(NULL), 0));
	RUN(linklist_add, linklist_del(linklist_add(NULL, u, u)));
	CALL(linklist_del, linklist_del(NULL) == NULL);
}

static void
bad_files(char *u, char *d)
{
	char *lines[] = { u };
	struct vlimits limits;
	storage_t size = 0, count = 0;

	RUN(vdelfiles, vdelfiles(u));
	CALL(vdelfiles, vdelfiles(NULL) == -1);
	CALL(vdelfiles, vdelfiles("/nonexistent/x") == -1);
	CALL(r_chown, r_chown(u, getuid(), getgid()) == -1 || (u && !*u));
	RUN(vsqwebmail_pass, vsqwebmail_pass(u, u, getuid(), getgid()));
	CALL(file_exists, file_exists(u) == 0);
	RUN(update_file, update_file(u, d, 2));
	CALL(update_file, update_file(NULL, d, 2) < 0);
	CALL(update_file, update_file("/nonexistent/x", d, 2) < 0);
	CALL(remove_lines, remove_lines(NULL, lines, 1) < 0);
	CALL(remove_lines, remove_lines("/nonexistent/x", lines, 1) < 0);
	RUN(vlimits_read_limits_file, vlimits_read_limits_file(u, &limits));
	CALL(vlimits_read_limits_file,
	    vlimits_read_limits_file("/nonexistent/x", &limits) == -1);
	CALL(vlimits_read_limits_file, vlimits_read_limits_file(u, NULL) == -1);
	vdefault_limits(&limits);
	RUN(vlimits_write_limits_file, vlimits_write_limits_file(u, &limits));
	CALL(vlimits_write_limits_file,
	    vlimits_write_limits_file("/nonexistent/x", &limits) == -1);
	CALL(vlimits_write_limits_file,
	    vlimits_write_limits_file(u, NULL) == -1);
	CALL(vmaildir_readquota, vmaildir_readquota(u, u) == 0);
	RUN(readuserquota, readuserquota(u, &size, &count));
	RUN(readuserquota, readuserquota(u, NULL, NULL));
	RUN(readdomainquota, readdomainquota(u, &size, &count));
	RUN(readdomainquota, readdomainquota(u, NULL, NULL));
	CALL(domain_over_maildirquota, domain_over_maildirquota(u) <= 0);
	CALL(user_over_maildirquota, user_over_maildirquota(u, u) <= 0);
	RUN(maildir_addquota, maildir_addquota(u, -1, u, 1, 1));
	RUN(update_maildirsize, (update_maildirsize(d, u, u), 0));
	RUN(remove_maildirsize, (remove_maildirsize(u), 0));
	CALL(client_query_quick, client_query_quick(u, &size, &count) == 0);
	CALL(client_query_quick, client_query_quick(u, NULL, NULL) == 0);
	CALL(ippp_parse, ippp_parse(u, NULL) == 0);
	CALL(config_begin, config_begin(u) == NULL);
	CALL(config_read, config_read(u) == NULL);
	CALL(config_fetch_by_name, config_fetch_by_name(NULL, u, u) == NULL);
	CALL(config_fetch_by_num, config_fetch_by_num(NULL, u, 1) == NULL);
	CALL(config_reference, config_reference(NULL, u) == 0);
	CALL(config_fetch, config_fetch(NULL, u) == NULL);
	CALL(signal_process, signal_process(u, 0) <= 0);
}

/* Functions that take no texts, or NULL in their place. */
static void
bad_others(void)
{
	RUN(r_mkdir, r_mkdir(NULL, 0, 0));
	CALL(vauth_open, vauth_open(0) <= 0);
	CALL(vauth_open_update, vauth_open_update() <= 0);
	CALL(vauth_open_read, vauth_open_read() <= 0);
	RUN(vclose, (vclose(), 0));
	RUN(vclose, (vclose(), 0));
	CALL(vgetent, vgetent(NULL) == NULL);
	CALL(vauth_setpw, vauth_setpw(NULL, NULL) == VA_NULL_POINTER);
	CALL(vcheck_vqpw, vcheck_vqpw(NULL, NULL) == VA_NULL_POINTER);
	CALL(vget_lastauth, vget_lastauth(NULL, NULL) == 0);
	RUN(vlimits_setflags, (vlimits_setflags(NULL, NULL), 0));
	RUN(vdefault_limits, (vdefault_limits(NULL), 0));
	CALL(vlimits_get_flag_mask, vlimits_get_flag_mask(NULL) == 0);
	CALL(vshow_ip_map, vshow_ip_map(1, NULL, NULL) <= 0);
	CALL(client_connect, client_connect() == NULL);
	CALL(client_query, client_query(NULL, NULL, 0, NULL, NULL) == 0);
	RUN(client_close, (client_close(NULL), 0));
	RUN(config_kill, (config_kill(NULL), 0));
	CALL(config_next_reference, config_next_reference(NULL) == 0);
	CALL(vfd_copy, vfd_copy(9, -1) == -1);
	CALL(vfd_move, vfd_move(9, -1) == -1);
	CALL(get_write_lock, get_write_lock(-1) == -2);
	CALL(get_read_lock, get_read_lock(-1) == -2);
	CALL(lock_reg, lock_reg(-1, F_SETLK, F_UNLCK, 0, 0, 0) == -1);
	RUN(update_newu, update_newu());
	RUN(compile_morercpthosts, compile_morercpthosts());
	CALL(count_rcpthosts, count_rcpthosts() >= 0);
	unsetenv("TCPREMOTEIP");
	unsetenv("REMOTE_HOST");
	CALL(get_remote_ip, get_remote_ip() == NULL);
	CALL(open_smtp_relay, open_smtp_relay() == 0);
	RUN(update_rules, update_rules());
	CALL(vdir, vdir.level_max >= 0);
	CALL(OptimizeAddDomain, OptimizeAddDomain == 0);
	CALL(NoMakeIndex, NoMakeIndex == 0);
	RUN(vsqlerror, (vsqlerror(NULL, NULL), 0));
}

static void
bad_input(const char *user, const char *domain)
{
	char *u = (char *)(uintptr_t)user, *d = (char *)(uintptr_t)domain;

	bad_accounts(u, d);
	bad_domains(u, d);
	bad_aliases(u, d);
	bad_lists(u, d);
	bad_texts(u);
	bad_files(u, d);
	bad_others();
}

/* These end the program, or speak with the terminal. */
static void
in_children(void)
{
	int status;

	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			setsid();
			dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
			dup2(STDIN_FILENO, STDERR_FILENO);
			char pass[10] = "x";
			if (i == 0)
				vexit(7);
			else if (i == 1)
				vexiterror(NULL, NULL);
			else
				vgetpasswd(NULL, pass, sizeof pass);
			_exit(pass[0] == '\0' ? 0 : 99);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) != 99);
	}
	note("vexit");
	note("vexiterror");
	note("vgetpasswd");
	same_process("vexit");
}

/* Every exported name of the old interface was called. */
static void
all_were_called(void)
{
	const char *srcdir = getenv("srcdir");
	char *path = NULL, *line = NULL;
	size_t cap = 0, names = 0;

	ck_assert_int_ge(asprintf(&path, "%s/src/api/libvpopmail.sym",
			     srcdir ? srcdir : "."),
	    0);
	FILE *fp = fopen(path, "r");
	ck_assert_msg(fp != NULL, "cannot open '%s'", path);
	while (getline(&line, &cap, fp) > 0) {
		int found = strncmp(line, "vpop_", 5) == 0;

		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < called_count && !found; i++)
			found = strcmp(called[i], line) == 0;
		ck_assert_msg(found, "'%s' was not called", line);
		names++;
	}
	ck_assert_uint_gt(names, 100);
	fclose(fp);
	free(line);
	free(path);
}

START_TEST(test_bad_input)
{
	static const int sizes[] = { 300, 10000 };

	make_domain();
	watch();
	bad_input(NULL, NULL);
	bad_input("", "");
	/* Literals whose text would have to change. */
	CALL(vauth_getpw, vauth_getpw("JOE", "Alias.Example.NET") != NULL);
	CALL(vget_assign,
	    vget_assign("Alias.Example.NET", NULL, 0, NULL, NULL) != NULL);
	for (int i = 0; i < 2; i++) {
		char *text = malloc((size_t)sizes[i] + 1);

		memset(text, 'a', (size_t)sizes[i]);
		text[sizes[i]] = '\0';
		bad_input(text, text);
		bad_input("Upper", text);
		bad_input(text, "No.Such.Example");
		memset(text, '/', (size_t)sizes[i]);
		memset(text, '%', (size_t)sizes[i] / 2);
		bad_input(text, text);
		free(text);
	}
	in_children();
	all_were_called();
}
END_TEST

/* Nothing below the homes but the settings. */
START_TEST(test_missing_files)
{
	static const char *const names[] = { "home/domains", "qmail/users",
		"qmail/control", "home/etc" };
	char *from, *to;

	make_domain();
	watch();
	vclose();
	to = site_path("away");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		from = site_path(names[i]);
		ck_assert_int_eq(rename(from, to), 0);
		CALL(vadduser, vadduser("new", "example.com", "pw-New12", "",
				   USE_POP) < 0 ||
				   i > 1);
		CALL(vget_assign, (vget_assign("example.com", NULL, 0, NULL,
				       NULL) == NULL) == (i == 1));
		CALL(vauth_getpw,
		    (vauth_getpw("joe", "example.com") == NULL) == (i < 2));
		bad_input("nobody", "no.such.example");
		rename(to, from);
		free(from);
	}
	free(to);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_bad_input, test_missing_files,
		NULL };

	return api_main("api_bad", tests);
}
