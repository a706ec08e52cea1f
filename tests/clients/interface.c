/*
 * What programs compiled into themselves from the old headers: the order and
 * sizes of structures, the values of constants and the types of functions.
 * Compiling it is most of the test; linking it shows that all are there.
 */
#include <vpopmail.h>

#include <client.h>
#include <conf.h>
#include <ippp.h>
#include <pwstr.h>
#include <stddef.h>
#include <string.h>
#include <vauth.h>
#include <vlimits.h>
#include <vlogger.h>
#include <vpopmail_config.h>
#include <vutil.h>

#define SAME(a, b) _Static_assert((a) == (b), #a)
#define AFTER(type, a, b)                                                      \
	_Static_assert(offsetof(type, a) < offsetof(type, b), #a)
#define FIELD(type, f, kind)                                                   \
	_Static_assert(_Generic(((type *)0)->f, kind : 1, default : 0), #f)

/* An assignment that compiles without a cast has the very type. */
#define FUNCTION(result, name, arguments) result(*p_##name) arguments = name;

SAME(MAX_BUFF, 300);
SAME(MAX_PW_NAME, 64);
SAME(MAX_PW_DOMAIN, 96);
SAME(MAX_PW_PASS, 128);
SAME(MAX_PW_GECOS, 64);
SAME(MAX_PW_CLEAR_PASSWD, 128);
SAME(MAX_PW_DIR, 160);
SAME(MAX_PW_QUOTA, 20);
SAME(MAX_ALIAS_LINE, 160);
SAME(MAX_DIR_LEVELS, 3);
SAME(MAX_USERS_PER_LEVEL, 100);
SAME(MAX_DIR_NAME, 300);
SAME(MAX_DIR_LIST, 62);
SAME(MAX_SORT_BLOCKS, 1000);
SAME(SORT_TABLE_ENTRIES, 1000);
SAME(MAX_OPTIONS, 26);
SAME(MAX_FILE_NAME, 512);
SAME(MAX_NAME, 160);
SAME(CONFIG_MAX_LINE, 255);
SAME(CAF_NONE, 0);
SAME(CAF_IGNORE, 1);
SAME(CF_NONE, 0);
SAME(CF_COMMENT, 1);
SAME(VPOPMAIL_UMASK, 0077);
SAME(VPOPMAIL_TCPRULES_UMASK, 0022);
SAME(VPOPMAIL_DIR_MODE, 0750);
SAME(VPOPMAIL_QMAIL_MODE, 0644);
SAME(USE_POP, 0);
SAME(USE_APOP, 1);
SAME(POSTING_ANYONE, 0);
SAME(POSTING_SPOB, 1);
SAME(POSTING_SPOM, 2);
SAME(POSTING_MPOB, 3);
SAME(POSTING_MPOM, 4);
SAME(REPLYTO_SENDER, 1);
SAME(REPLYTO_LIST, 2);
SAME(REPLYTO_ADDRESS, 3);

SAME(NO_PASSWD_CHNG, 0x01);
SAME(NO_POP, 0x02);
SAME(NO_WEBMAIL, 0x04);
SAME(NO_IMAP, 0x08);
SAME(BOUNCE_MAIL, 0x10);
SAME(NO_RELAY, 0x20);
SAME(NO_DIALUP, 0x40);
SAME(V_USER0, 0x80);
SAME(V_USER1, 0x100);
SAME(V_USER2, 0x200);
SAME(V_USER3, 0x400);
SAME(NO_SMTP, 0x800);
SAME(QA_ADMIN, 0x1000);
SAME(V_OVERRIDE, 0x2000);
SAME(NO_SPAMASSASSIN, 0x4000);
SAME(DELETE_SPAM, 0x8000);
SAME(SA_ADMIN, 0x10000);
SAME(SA_EXPERT, 0x20000);
SAME(NO_MAILDROP, 0x40000);
SAME(VLIMIT_DISABLE_CREATE, 1);
SAME(VLIMIT_DISABLE_MODIFY, 2);
SAME(VLIMIT_DISABLE_DELETE, 4);
SAME(VLIMIT_DISABLE_ALL, 7);
SAME(VLIMIT_DISABLE_BITS, 3);

FIELD(struct vqpasswd, pw_uid, uid_t);
FIELD(struct vqpasswd, pw_gid, gid_t);
FIELD(struct vqpasswd, pw_flags, gid_t);
AFTER(struct vqpasswd, pw_name, pw_passwd);
AFTER(struct vqpasswd, pw_passwd, pw_uid);
AFTER(struct vqpasswd, pw_uid, pw_gid);
AFTER(struct vqpasswd, pw_gid, pw_flags);
AFTER(struct vqpasswd, pw_flags, pw_gecos);
AFTER(struct vqpasswd, pw_gecos, pw_dir);
AFTER(struct vqpasswd, pw_dir, pw_shell);
AFTER(struct vqpasswd, pw_shell, pw_clear_passwd);

AFTER(struct vlimits, maxpopaccounts, maxaliases);
AFTER(struct vlimits, maxaliases, maxforwards);
AFTER(struct vlimits, maxforwards, maxautoresponders);
AFTER(struct vlimits, maxautoresponders, maxmailinglists);
AFTER(struct vlimits, maxmailinglists, diskquota);
AFTER(struct vlimits, diskquota, maxmsgcount);
AFTER(struct vlimits, maxmsgcount, defaultquota);
AFTER(struct vlimits, defaultquota, defaultmaxmsgcount);
AFTER(struct vlimits, defaultmaxmsgcount, disable_pop);
AFTER(struct vlimits, disable_pop, disable_imap);
AFTER(struct vlimits, disable_imap, disable_dialup);
AFTER(struct vlimits, disable_dialup, disable_passwordchanging);
AFTER(struct vlimits, disable_passwordchanging, disable_webmail);
AFTER(struct vlimits, disable_webmail, disable_relay);
AFTER(struct vlimits, disable_relay, disable_smtp);
AFTER(struct vlimits, disable_smtp, disable_spamassassin);
AFTER(struct vlimits, disable_spamassassin, delete_spam);
AFTER(struct vlimits, delete_spam, disable_maildrop);
AFTER(struct vlimits, disable_maildrop, perm_account);
AFTER(struct vlimits, perm_account, perm_alias);
AFTER(struct vlimits, perm_alias, perm_forward);
AFTER(struct vlimits, perm_forward, perm_autoresponder);
AFTER(struct vlimits, perm_autoresponder, perm_maillist);
AFTER(struct vlimits, perm_maillist, perm_maillist_users);
AFTER(struct vlimits, perm_maillist_users, perm_maillist_moderators);
AFTER(struct vlimits, perm_maillist_moderators, perm_quota);
AFTER(struct vlimits, perm_quota, perm_defaultquota);
FIELD(struct vlimits, diskquota, storage_t);
FIELD(struct vlimits, disable_pop, short);
FIELD(struct vlimits, perm_defaultquota, short);

#ifdef __LP64__
SAME(sizeof(struct vqpasswd), 64);
SAME(sizeof(struct vlimits), 96);
SAME(sizeof(string_list), 16);
SAME(sizeof(domain_entry), 32);
SAME(sizeof(listInfoType), 2024);
SAME(sizeof(vdir_type), 368);
#endif
SAME(sizeof(storage_t), 8);
SAME(sizeof(sqlerr), 300);
FIELD(domain_entry, uid, int);
AFTER(domain_entry, domain, realdomain);
AFTER(domain_entry, realdomain, uid);
AFTER(domain_entry, uid, gid);
AFTER(domain_entry, gid, path);
AFTER(string_list, size, count);
AFTER(string_list, count, values);
AFTER(listInfoType, entry, Name);
AFTER(listInfoType, Name, Posting);
AFTER(listInfoType, Posting, Access);
AFTER(listInfoType, Access, Archive);
AFTER(listInfoType, Archive, DomainOnly);
AFTER(listInfoType, DomainOnly, Prefix);
AFTER(listInfoType, Prefix, ReplyTo);
AFTER(listInfoType, ReplyTo, Digest);
AFTER(listInfoType, Digest, Edit);
AFTER(listInfoType, Edit, SubConf);
AFTER(listInfoType, SubConf, Indexed);
AFTER(listInfoType, Indexed, UnsubConf);
AFTER(listInfoType, UnsubConf, Kill);
AFTER(listInfoType, Kill, RemoteSub);
AFTER(listInfoType, RemoteSub, RemoteText);
AFTER(listInfoType, RemoteText, Public);
AFTER(listInfoType, Public, Requests);
AFTER(listInfoType, Requests, Remote);
AFTER(listInfoType, Remote, SubMod);
AFTER(listInfoType, SubMod, Trailer);
AFTER(listInfoType, Trailer, Warn);
AFTER(listInfoType, Warn, Extra);
AFTER(listInfoType, Extra, SQLSupport);
AFTER(listInfoType, SQLSupport, SQLPort);
AFTER(listInfoType, SQLPort, OwnerEmail);
AFTER(listInfoType, OwnerEmail, SQLHost);
AFTER(listInfoType, SQLHost, SQLUser);
AFTER(listInfoType, SQLUser, SQLPass);
AFTER(listInfoType, SQLPass, SQLBase);
AFTER(listInfoType, SQLBase, SQLTable);
AFTER(listInfoType, SQLTable, Dot);
AFTER(listInfoType, Dot, Dir);
AFTER(listInfoType, Dir, PrefixText);
AFTER(listInfoType, PrefixText, Domain);
AFTER(listInfoType, Domain, ReplyTo_Addr);
AFTER(vdir_type, level_cur, level_max);
AFTER(vdir_type, level_max, level_start);
AFTER(vdir_type, level_start, level_end);
AFTER(vdir_type, level_end, level_mod);
AFTER(vdir_type, level_mod, level_index);
AFTER(vdir_type, level_index, cur_users);
AFTER(vdir_type, cur_users, the_dir);
AFTER(config_atom_t, name, data);
AFTER(config_atom_t, data, flags);
AFTER(config_atom_t, flags, line);
AFTER(config_atom_t, line, next);
AFTER(config_label_t, name, filename);
AFTER(config_label_t, filename, line);
AFTER(config_label_t, line, atoms);
AFTER(config_label_t, atoms, atail);
AFTER(config_label_t, atail, next);
AFTER(config_t, filename, dir);
AFTER(config_t, dir, flags);
AFTER(config_t, flags, line);
AFTER(config_t, line, labels);
AFTER(config_t, labels, ltail);

/* Clients declare these themselves. */
int vmaildir_readquota(const char *dir, const char *quota);
int readdomainquota(const char *dir, storage_t *size, storage_t *count);
int domain_over_maildirquota(const char *userdir);
int user_over_maildirquota(const char *dir, const char *quota);
int maildir_addquota(const char *dir, int fd, const char *quota,
    storage_t bytes, storage_t files);

FUNCTION(struct vqpasswd *, vauth_getpw, (char *, char *))
FUNCTION(char *, vget_assign, (char *, char *, int, uid_t *, gid_t *))
FUNCTION(void, vclose, (void))
FUNCTION(int, parse_email, (const char *, char *, char *, int))
FUNCTION(struct vqpasswd *, vauth_user, (char *, char *, char *, char *))
FUNCTION(int, vauth_crypt, (char *, char *, char *, struct vqpasswd *))
FUNCTION(int, vauth_open, (int))
FUNCTION(int, vauth_open_update, (void))
FUNCTION(int, vauth_open_read, (void))
FUNCTION(struct vqpasswd *, vauth_getall, (char *, int, int))
FUNCTION(void, vauth_end_getall, (void))
FUNCTION(struct vqpasswd *, vgetent, (FILE *))
FUNCTION(int, vadduser, (char *, char *, char *, char *, int))
FUNCTION(int, vdeluser, (char *, char *))
FUNCTION(int, vpasswd, (char *, char *, char *, int))
FUNCTION(int, vsetuserquota, (char *, char *, char *))
FUNCTION(int, vauth_setpw, (struct vqpasswd *, char *))
FUNCTION(char *, make_user_dir, (char *, char *, uid_t, gid_t))
FUNCTION(int, vmake_maildir, (char *, char *))
FUNCTION(int, vcheck_vqpw, (struct vqpasswd *, char *))
FUNCTION(int, mkpasswd3, (char *, char *, int))
FUNCTION(char, randltr, (void))
FUNCTION(char *, vrandom_pass, (char *, int))
FUNCTION(char *, vgen_pass, (int))
FUNCTION(void, vgetpasswd, (char *, char *, size_t))
FUNCTION(int, vauth_adduser, (char *, char *, char *, char *, char *, int))
FUNCTION(int, vauth_deluser, (char *, char *))
FUNCTION(int, vauth_setquota, (char *, char *, char *))
FUNCTION(int, vmkpasswd, (char *))
FUNCTION(int, vsqwebmail_pass, (char *, char *, uid_t, gid_t))
FUNCTION(int, vadddomain, (char *, char *, uid_t, gid_t))
FUNCTION(int, vdeldomain, (char *))
FUNCTION(int, vaddaliasdomain, (char *, char *))
FUNCTION(domain_entry *, get_domain_entries, (const char *))
FUNCTION(int, add_domain_assign, (char *, char *, char *, uid_t, gid_t))
FUNCTION(int, del_domain_assign, (char **, int, char *, char *, uid_t, gid_t))
FUNCTION(int, del_control, (char **, int))
FUNCTION(int, update_file, (char *, char *, int))
FUNCTION(int, remove_lines, (char *, char **, int))
FUNCTION(int, signal_process, (char *, int))
FUNCTION(char *, valias_select, (char *, char *))
FUNCTION(char *, valias_select_next, (void))
FUNCTION(char *, valias_select_all, (char *, char *))
FUNCTION(char *, valias_select_all_next, (char *))
FUNCTION(int, valias_insert, (char *, char *, char *))
FUNCTION(int, valias_remove, (char *, char *, char *))
FUNCTION(int, valias_delete, (char *, char *))
FUNCTION(int, valias_delete_domain, (char *))
FUNCTION(int, vget_limits, (const char *, struct vlimits *))
FUNCTION(int, vset_limits, (const char *, const struct vlimits *))
FUNCTION(int, vdel_limits, (const char *))
FUNCTION(void, vdefault_limits, (struct vlimits *))
FUNCTION(int, vlimits_read_limits_file, (const char *, struct vlimits *))
FUNCTION(int, vlimits_get_flag_mask, (struct vlimits *))
FUNCTION(void, vlimits_setflags, (struct vqpasswd *, char *))
FUNCTION(char *, format_maildirquota, (const char *))
FUNCTION(int, readuserquota, (const char *, storage_t *, storage_t *))
FUNCTION(void, update_maildirsize, (char *, char *, char *))
FUNCTION(void, remove_maildirsize, (char *))
FUNCTION(int, vset_lastauth, (char *, char *, char *))
FUNCTION(time_t, vget_lastauth, (struct vqpasswd *, char *))
FUNCTION(char *, vget_lastauthip, (struct vqpasswd *, char *))
FUNCTION(int, open_smtp_relay, (void))
FUNCTION(int, update_rules, (void))
FUNCTION(int, vshow_ip_map, (int, char *, char *))
FUNCTION(char *, get_remote_ip, (void))
FUNCTION(char *, verror, (int))
FUNCTION(void, lowerit, (char *))
FUNCTION(char *, default_domain, (void))
FUNCTION(void, vset_default_domain, (char *))
FUNCTION(char *, maildir_to_email, (const char *))
FUNCTION(int, string_list_add, (string_list *, const char *))
FUNCTION(int, vdelfiles, (char *))
FUNCTION(int, r_chown, (char *, uid_t, gid_t))
FUNCTION(int, r_mkdir, (char *, uid_t, gid_t))
FUNCTION(int, lock_reg, (int, int, int, off_t, int, off_t))
FUNCTION(int, open_big_dir, (char *, uid_t, gid_t))
FUNCTION(char *, backfill, (char *, char *, char *, int))
FUNCTION(int, isExistingUser, (char *, char *))
FUNCTION(int, isExistingAlias, (char *, char *, char *))
FUNCTION(int, isExistingRobot, (char *, char *))
FUNCTION(int, isValidMailList, (char *, char *))
FUNCTION(void, str_replace, (char *, char, char))
FUNCTION(int, pw_strength, (const char *))
FUNCTION(const char *, pw_strength_policy, (void))
FUNCTION(int, client_query,
    (void *, const char *, uint16_t, storage_t *, storage_t *))
FUNCTION(config_t *, config_begin, (const char *))
FUNCTION(char *, config_fetch_by_num, (config_t *, char *, int))
FUNCTION(int, ippp_parse, (const char *, struct sockaddr_in *))
FUNCTION(int, listInit, (listInfoType *, char *, int, int))
FUNCTION(void, listGetError, (char *, const int, const int))
FUNCTION(int, logmessage, (const char *, const char *, const char *))
FUNCTION(int, vmaildir_readquota, (const char *, const char *))
FUNCTION(int, maildir_addquota,
    (const char *, int, const char *, storage_t, storage_t))
FUNCTION(int, readdomainquota, (const char *, storage_t *, storage_t *))
FUNCTION(int, domain_over_maildirquota, (const char *))
FUNCTION(int, user_over_maildirquota, (const char *, const char *))
FUNCTION(void *, client_connect, (void))
FUNCTION(void, client_close, (void *))
FUNCTION(int, client_query_quick, (const char *, storage_t *, storage_t *))
FUNCTION(char *, config_fetch, (config_t *, char *))
FUNCTION(char *, config_fetch_by_name, (config_t *, char *, char *))
FUNCTION(void, config_kill, (config_t *))
FUNCTION(int, config_next_reference, (config_t *))
FUNCTION(config_t *, config_read, (char *))
FUNCTION(int, config_reference, (config_t *, char *))
FUNCTION(int, update_newu, (void))
FUNCTION(int, compile_morercpthosts, (void))
FUNCTION(int, count_rcpthosts, (void))
FUNCTION(int, vauth_adddomain, (char *))
FUNCTION(int, vauth_deldomain, (char *))
FUNCTION(char *, valias_select_names, (char *))
FUNCTION(char *, valias_select_names_next, (void))
FUNCTION(void, valias_select_names_end, (void))
FUNCTION(int, vlimits_write_limits_file, (const char *, const struct vlimits *))
FUNCTION(int, vget_ip_map, (char *, char *, int))
FUNCTION(int, vadd_ip_map, (char *, char *))
FUNCTION(int, vdel_ip_map, (char *, char *))
FUNCTION(int, is_username_valid, (char *))
FUNCTION(int, is_domain_valid, (char *))
FUNCTION(char *, date_header, (void))
FUNCTION(char *, dec2hex, (unsigned char *))
FUNCTION(void, string_list_init, (string_list *, int))
FUNCTION(void, string_list_free, (string_list *))
FUNCTION(int, qnprintf, (char *, size_t, const char *, ...))
FUNCTION(struct linklist *, linklist_add,
    (struct linklist *, const char *, const char *))
FUNCTION(struct linklist *, linklist_del, (struct linklist *))
FUNCTION(int, vfd_copy, (int, int))
FUNCTION(int, vfd_move, (int, int))
FUNCTION(int, vexit, (int))
FUNCTION(int, vexiterror, (FILE *, char *))
FUNCTION(void, vsqlerror, (FILE *, char *))
FUNCTION(int, get_write_lock, (int))
FUNCTION(int, get_read_lock, (int))
FUNCTION(int, close_big_dir, (char *, uid_t, gid_t))
FUNCTION(char *, next_big_dir, (uid_t, gid_t))
FUNCTION(int, dec_dir_control, (char *, uid_t, gid_t))
FUNCTION(int, vread_dir_control, (vdir_type *, char *, uid_t, gid_t))
FUNCTION(int, vwrite_dir_control, (vdir_type *, char *, uid_t, gid_t))
FUNCTION(int, vdel_dir_control, (char *))
FUNCTION(int, isExistingAddress, (char *, char *, char *))
FUNCTION(int, isExistingAnyAddress, (char *, char *, char *))
FUNCTION(int, isQmailAlias, (char *))
FUNCTION(int, file_exists, (char *))
FUNCTION(const char *, pw_strength_error, (void))
FUNCTION(int, listClose, (listInfoType *))
FUNCTION(int, listCount, (listInfoType *))
FUNCTION(char **, listList, (listInfoType *, int, int))
FUNCTION(int, listGetOptions, (listInfoType *, char *, int))
FUNCTION(int, listMake, (listInfoType *))
FUNCTION(int, listDelete, (listInfoType *))
FUNCTION(int, listSubsDescription, (listInfoType *, int, int, char *))
FUNCTION(int, listSubsCount, (listInfoType *, int))
FUNCTION(char **, listSubsList, (listInfoType *, int, int, int))
FUNCTION(int, listSubsAdd, (listInfoType *, int, char *))
FUNCTION(int, listSubsDel, (listInfoType *, int, char *))
int *p_verrori = &verrori, *p_optimize = &OptimizeAddDomain,
    *p_no_index = &NoMakeIndex;
char **p_last_query = &last_query;
size_t (**p_escape)(char *, const char *, char) = &vsql_escape_hook;

int
main(void)
{
	const char *const text[] = { ATCHARS, "@%/", BOUNCE_ALL,
		"bounce-no-mailbox", DELETE_ALL, "delete", NULL_REMOTE_IP,
		"0.0.0.0", IP_ALIAS_MAP_FILE, "etc/ip_alias_map",
		IP_ALIAS_TOKENS, " \t\n", PACKAGE, "vpopmail", EZMLMDIR,
		"/usr/local/bin/ezmlm" };

	for (size_t i = 0; i < sizeof text / sizeof text[0]; i += 2)
		if (strcmp(text[i], text[i + 1]) != 0) {
			fprintf(stderr, "%s: not %s\n", text[i], text[i + 1]);
			return 1;
		}
	return ntohll(htonll(1)) != 1 || vdir.the_dir[0] != '\0';
}
