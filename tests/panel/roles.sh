# shellcheck shell=sh
# A panel with everybody who may come to it; sourced after panel.sh.
#
#   roles_start    domains home.test and other.test, and own.test, which is
#                  the reseller's; the module "roles", which has resources like
#                  those of mail
#   as WHO METHOD PATH [ARGUMENT ...]  a request of anon, user, domain,
#                  postmaster, reseller, operator, admin (SA_ADMIN) or system
#                  (root at the socket), to a proxy's socket
#   token BODY     a token of whoever was "as" last: sets id and secret
#   bearer METHOD PATH [ARGUMENT ...]  a request with the token $secret

roles_module() {
	mkdir -p "$SITE/modules/roles" "$SITE/home/var/modules/roles"
	cp "${srcdir:-.}/tests/panel/roles.pl" "$SITE/modules/roles/run"
	cat >"$SITE/modules/roles/thing.json" <<-'END'
	{"type": "object", "properties": {"name": {"type": "string"},
	 "text": {"type": "string"}}, "additionalProperties": false,
	 "examples": [{"name": "a"}, {"name": "a", "text": "b"}]}
	END
	cat >"$SITE/modules/roles/module.json" <<-'END'
	{"name": "roles", "version": "1", "protocol": 1, "program": ["run"],
	 "resources": [
	 {"name": "domains", "title": "-", "scope": "site", "key": "name",
	  "schema": "thing.json",
	  "read": ["system", "operator", "reseller", "domain"],
	  "write": ["system", "reseller"]},
	 {"name": "users", "title": "-", "scope": "domain", "key": "name",
	  "schema": "thing.json", "permission": ["account"],
	  "read": ["system", "operator", "reseller", "domain", "user"],
	  "write": ["system", "reseller", "domain", "user"],
	  "actions": [{"name": "turn", "title": "-", "schema": "thing.json",
	   "roles": ["system", "reseller", "domain"]}]},
	 {"name": "secret", "title": "-", "scope": "domain", "single": true,
	  "within": "users", "schema": "thing.json",
	  "read": ["system"], "write": ["system", "operator", "domain", "user"]},
	 {"name": "names", "title": "-", "scope": "domain", "key": "name",
	  "schema": "thing.json", "permission": ["alias"],
	  "read": ["system", "operator", "reseller", "domain"],
	  "write": ["system", "reseller", "domain"]},
	 {"name": "files", "title": "-", "scope": "site", "key": "name",
	  "schema": "thing.json", "read": ["system", "operator"],
	  "write": ["system"]}]}
	END
	chmod -R go-w,a+rX "$SITE/modules"
	chmod 755 "$SITE/modules/roles/run"
	chown -R "$SITE_UID:$SITE_GID" "$SITE/home/var"
}

roles_start() {
	site_make
	for roles_d in home.test other.test own.test; do
		vadddomain "$roles_d" secret-postmaster || exit 1
	done
	for roles_u in user ann domain reseller operator admin; do
		vadduser $roles_u@home.test secret-$roles_u || exit 1
	done
	vmoduser -a domain@home.test || exit 1
	vmoduser -S admin@home.test || exit 1
	roles_module
	panel_start "modules = $SITE/modules"
	for roles_u in operator reseller; do
		api POST /grants -H "$JSON" -d \
		    "{\"account\":\"$roles_u@home.test\",\"role\":\"$roles_u\"}"
		is "$roles_u by grant" "$status" 201
	done
	api PATCH /resellers/reseller@home.test -H "$JSON" -H 'If-Match: *' \
	    -d '{"domains":["own.test"]}'
	is 'a domain for the reseller' "$status $(got '.domains[0]')" \
	    '200 own.test'
	for roles_u in user domain postmaster reseller operator admin; do
		login $roles_u@home.test secret-$roles_u
		is "login of $roles_u" "$status" 201
		eval "cookie_$roles_u=\$cookie csrf_$roles_u=\$csrf"
	done
}

as() {
	as_who=$1
	shift
	case $as_who in
	system) api "$@" ;;
	anon) cookie='' csrf='' && web "$@" ;;
	*)
		eval "cookie=\$cookie_$as_who csrf=\$csrf_$as_who"
		web "$@"
		;;
	esac
}

token() {
	as "$as_who" POST /tokens -H "$JSON" -d "$1"
	id=$(got .id)
	secret=$(got .secret)
}

bearer() {
	cookie='' csrf=''
	web "$@" -H "Authorization: Bearer $secret"
}
