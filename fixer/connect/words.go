package connect

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// What the last words in the name of a variable or of a setting say of its value.
var (
	// hostWords name an address.
	hostWords = text.WordSet(`host hosts hostname hostnames addr addrs address addresses url urls uri uris endpoint endpoints server servers broker brokers
		bootstrap upstream upstreams backend backends target targets dest destination peer peers seed seeds node nodes service svc dsn dial remote
		gateway proxy master primary replica replicas slave leader zookeeper forward sentinel sentinels collector datasource ip api`)
	// strongHostWords name one that must be there, whatever the value looks like.
	strongHostWords = text.WordSet("host hosts hostname addr address server servers endpoint broker brokers upstream")
	// otherWords name something else, which may have the name of a service by chance.
	otherWords = text.WordSet(`user username password pass passwd pwd secret token key name names database db schema bucket topic topics queue group vhost realm
		role region zone image tag version label id title email path file dir directory level mode env environment profile profiles type driver engine dialect
		cn common subject prefix suffix suffixes network networks cidr cidrs subnet subnets range ranges namespace namespaces connection store adapter provider backend_type port ports enabled format class app application project container containers`)
	// secretWords name a value that must not be taken for anything else.
	secretWords = text.WordSet("password pass passwd pwd secret token key credential credentials passphrase salt auth")
	// portWords name the port beside a host.
	portWords = text.WordSet("port ports")
	// ownWords name the address under which others reach whoever has the variable.
	ownWords = text.WordSet(`cors origin origins allowed allow redirect redirects callback callbacks referer referers referrer trusted whitelist virtual letsencrypt
		advertised advertise listen listener listeners bind issuer_self csrf cookie`)
	// publicWords name one that may be it.
	publicWords = text.WordSet("public external site root base app self frontend domain canonical web")
)

// nameWords are the words of a name, in lower case: DB_HOST, spring.data.mongodb.host,
// --redis-addr, dbHost.
func nameWords(name string) []string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' && name != strings.ToUpper(name) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.FieldsFunc(strings.ToLower(b.String()), func(r rune) bool { return strings.ContainsRune(" ._-:/[]", r) })
}

// A nameKind says what the name of a value lets expect of it.
type nameKind struct {
	host   bool // an address
	strong bool // an address and nothing else
	secret bool // a secret: nothing but a whole URL is read in it
	own    bool // the address of whoever has it, or one that it accepts calls from
	public bool // perhaps its own address
	image  bool // a reference to an image
	words  []string
}

func kindOf(name string) nameKind {
	k := nameKind{words: nameWords(name)}
	if len(k.words) == 0 {
		return k
	}
	last := k.words[len(k.words)-1]
	in := func(set map[string]bool) bool {
		return slices.ContainsFunc(k.words, func(w string) bool { return set[w] })
	}
	k.secret = secretWords[last] || len(k.words) > 1 && secretWords[k.words[len(k.words)-2]] && !hostWords[last]
	k.own = in(ownWords)
	k.public = in(publicWords)
	k.image = slices.Contains(k.words, "image") || last == "tag" || last == "version"
	k.host = hostWords[last] && !(last == "service" && len(k.words) == 1)
	k.strong = strongHostWords[last]
	if !k.host && !otherWords[last] { // REDIS_HOST_CACHE, API_URL_INTERNAL
		k.host = in(hostWords) && !in(otherWords)
	}
	return k
}

// names reports whether one of the words is the host's own name, or part of it:
// REDIS=redis.
func (k nameKind) names(host string) bool {
	if len(k.words) == 0 || otherWords[k.words[len(k.words)-1]] {
		return false
	}
	label, _, _ := strings.Cut(host, ".")
	parts := strings.FieldsFunc(label, func(r rune) bool { return r == '-' || r == '_' })
	return slices.ContainsFunc(parts, func(p string) bool { return slices.Contains(k.words, p) })
}

// portOf returns the name of the variable that has the port beside a host: the
// same words, with that for the host replaced.
func portNames(name string) []string {
	words := nameWords(name)
	var out []string
	for i, w := range words {
		if hostWords[w] {
			other := slices.Clone(words)
			other[i] = "port"
			out = append(out, strings.Join(other, " "))
		}
	}
	return append(out, strings.Join(append(slices.Clone(words), "port"), " "))
}
