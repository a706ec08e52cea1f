# shellcheck shell=sh
# Modules for tests; sourced.
#
#   module_make NAME [FAULT [MORE [RESOURCE]]]  a folder $MODULES/NAME with a module in Perl whose
#                             objects are files of its state folder; FAULT is
#                             what is wrong with it, MORE members of the
#                             manifest; one that "waits" makes a file
#                             "entered" when it is to make an object, and
#                             waits for "go"

module_make() {
	mkdir -p "$MODULES/$1"
	cat >"$MODULES/$1/module.json" <<-EOF
	{"name": "$1", "version": "1", "protocol": 1, "seconds": 1,
	 "program": ["run", "${2:-}"], ${3:-}
	 "resources": [{"name": "${4:-things}", "title": "Things", "scope": "site",
	  "key": "name", "schema": "thing.json"}]}
	EOF
	cat >"$MODULES/$1/thing.json" <<-'EOF'
	{"type": "object", "additionalProperties": false,
	 "required": ["name", "size"],
	 "properties": {"name": {"type": "string", "pattern": "^[a-z]+$"},
	  "size": {"type": "integer", "minimum": 0},
	  "secret": {"type": "string", "writeOnly": true}},
	 "examples": [{"name": "one", "size": 1, "secret": "s"},
	  {"name": "one", "size": 2}]}
	EOF
	cp "${srcdir:-.}/tests/panel/module.pl" "$MODULES/$1/run"
	chmod 755 "$MODULES/$1" "$MODULES/$1/run"
	chmod 644 "$MODULES/$1"/*.json
}
