package compose

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed socket_consumers.yaml
var socketConsumersYAML []byte

// A socketConsumer is an application that asks the Docker API, and all that it asks.
type socketConsumer struct {
	family          string
	images          []string
	option, env     string // that takes the address of the API
	config          string // the file that takes it
	with, needs     string // text of the command line, and a variable, without which a file decides
	get, head, post string // regular expressions over paths
	controls        string // what it does to the host, so that no list is a limit
}

var socketConsumers = sync.OnceValue(func() []socketConsumer {
	y, err := yamldoc.Parse(socketConsumersYAML)
	if err != nil {
		return nil // a test reads it
	}
	var out []socketConsumer
	for _, n := range y.Docs[0].Root.Get("consumers").List() {
		text := func(key string) string { return n.Get(key).Text() }
		out = append(out, socketConsumer{
			family: text("family"), images: strings.Fields(text("image")),
			option: text("option"), env: text("env"), config: text("config"), with: text("with"), needs: text("needs"),
			get: text("get"), head: text("head"), post: text("post"), controls: text("controls"),
		})
	}
	return out
})

// consumerOf returns what is known of what a service asks of the Docker API.
func consumerOf(p *fixer.Pass, v compose.View) (c socketConsumer, ok bool) {
	profile := container.OfService(p, v)
	if profile.BuiltHere() || profile.Known == nil {
		return c, false
	}
	for _, c := range socketConsumers() {
		if c.family != "" && profile.Entry != nil && profile.Entry.ID == c.family && !profile.Entry.ByName || slices.Contains(c.images, profile.Known.Ref.Name()) {
			return c, true
		}
	}
	return c, false
}

// allowed says which calls a proxy has to allow, for people.
func (c socketConsumer) allowed() string {
	if c.post != "" {
		return "GET " + c.get + " and POST " + c.post
	}
	return "GET " + c.get
}

// options are those of the proxy that allow what the application asks.
func (c socketConsumer) options() []string {
	out := []string{"-allowGET=" + c.get}
	if c.head != "" {
		out = append(out, "-allowHEAD="+c.head)
	}
	if c.post != "" {
		out = append(out, "-allowPOST="+c.post)
	}
	return out
}

// proxyImage is a proxy that allows requests by method and path, and nothing by default.
const proxyImage = "wollomatic/socket-proxy:1.13.1"

// proxyFix puts a proxy between a service and the Docker socket: a service on an internal
// network that the two share. why says why it cannot be made here, as advice.
func proxyFix(p *fixer.Pass, v compose.View, m compose.Mount, socket string) (fix fixer.Fix, why string) {
	c, known := consumerOf(p, v)
	name := v.Name + "-socket-proxy"
	command := v.Setting("command")
	start := strings.Join(append(command.Node.Texts(), command.Node.Text()), " ")
	s := m.Setting
	configured := "Put a socket proxy in front that allows " + c.allowed() + ", and set its address in the configuration file of the service"
	switch {
	case !known:
		return fix, "Remove the mount if the service works without the Docker API. Otherwise put a socket proxy in front, and allow only the calls of the service, which are not known here"
	case c.controls != "":
		return fix, "Remove the service if the project works without it: it " + c.controls + ", which is control of the host, with a socket proxy too. Otherwise let nothing reach the service but what has to"
	case c.config != "":
		return fix, strings.TrimSuffix(configured, "the configuration file of the service") + c.config
	case s.File != v.File || !s.Own || len(v.Overrides) > 0 || len(v.Reached("volumes")) > 0 || v.Doc.Root.Get("services").Get(name) != nil || v.Doc.Root.Get("networks").Get(name) != nil:
		return fix, "Put a socket proxy in front that allows " + c.allowed() + ". More than one file or service takes part here, so write it by hand"
	case v.Setting("network_mode").Node != nil:
		return fix, "Remove network_mode first: the service has to share a network with a socket proxy"
	case inSwarm(v) || strings.Contains(start, "swarm"):
		return fix, "Put a socket proxy in front. In a Swarm, the service also reads services, tasks and networks, so write by hand which calls are allowed"
	case c.with != "" && !strings.Contains(start, c.with) || c.option != "" && (!command.Own || strings.Contains(start, c.option+"=") || strings.Contains(start, c.option+" ")):
		return fix, configured
	case c.needs != "" && !setsVariable(v, c.needs):
		return fix, configured
	case c.env != "" && asksElsewhere(v, c.env):
		return fix, "Remove the mount if the service does not need it: " + c.env + " gives the service another address of the Docker API"
	}
	address := "tcp://" + name + ":2375"
	fix = fixer.Fix{
		ID:     "proxy",
		Title:  "Put a socket proxy in front that allows only the API calls of the service",
		Level:  fixer.Review,
		Breaks: "Features of the service that use other parts of the Docker API, and services that need the socket at " + m.Target,
		Verify: v.CLI() + " up -d && " + v.CLI() + " logs " + text.ShellWord(name) + "\nshows no blocked requests after the service has been used\n\n" +
			v.CLI() + " exec " + text.ShellWord(v.Name) + " ls " + text.ShellWord(m.Target) + "\nfails, because the socket does not exist",
	}
	fix.Edit = func(d *fixer.Draft) error { return writeProxy(d, v, m, c, name, address, socket) }
	return fix, ""
}

// setsVariable reports whether the environment of a service sets a variable.
func setsVariable(v compose.View, name string) bool {
	return slices.ContainsFunc(v.Pairs("environment"), func(e compose.Pair) bool { return e.Name == name && e.Given })
}

// asksElsewhere reports whether a variable of a service names another address of the
// Docker API than a socket.
func asksElsewhere(v compose.View, name string) bool {
	return slices.ContainsFunc(v.Pairs("environment"), func(e compose.Pair) bool {
		return e.Name == name && e.Value != "" && !strings.HasPrefix(e.Value, "unix://") && !strings.HasPrefix(e.Value, "/")
	})
}

func writeProxy(d *fixer.Draft, v compose.View, m compose.Mount, c socketConsumer, name, address, socket string) error {
	at := m.Node.Path()
	if m.Node.Parent.Len() == 1 {
		at = at.Parent()
	}
	d.YAML(v.Doc, yamldoc.Remove(at))
	switch {
	case c.env != "":
		if err := setEnv(d, v, map[string]string{c.env: address}); err != nil {
			return err
		}
	case v.Node.Own("command").Is(yamldoc.Sequence):
		d.YAML(v.Doc, yamldoc.Append(v.Path.Join("command"), c.option+"="+address))
	default:
		d.YAML(v.Doc, yamldoc.Set(v.Path.Join("command"), strings.TrimSpace(v.Node.Own("command").Text())+" "+c.option+"="+address))
	}
	switch networks := v.Node.Get("networks"); {
	case networks.Null():
		d.YAML(v.Doc, yamldoc.Set(v.Path.Join("networks"), []string{"default", name}))
		if v.Definition("networks", "default").Node == nil { // readers of a file alone ask for it
			d.At(v.File).Define(v.Doc.Index, yamldoc.P("networks", "default"), yamldoc.Map{})
		}
	case networks.Is(yamldoc.Mapping):
		d.YAML(v.Doc, yamldoc.Set(v.Path.Join("networks", name), yamldoc.Map{}))
	default:
		if err := add(d, v, "networks", name); err != nil {
			return err
		}
	}
	if v.Node.Get("depends_on").Is(yamldoc.Mapping) {
		d.YAML(v.Doc, yamldoc.Set(v.Path.Join("depends_on", name, "condition"), "service_started"))
	} else if err := add(d, v, "depends_on", name); err != nil {
		return err
	}
	d.YAML(v.Doc,
		yamldoc.Set(yamldoc.P("services", name), yamldoc.Map{
			{Key: "image", Value: proxyImage},
			{Key: "restart", Value: "unless-stopped"},
			{Key: "user", Value: "0:0"},
			{Key: "read_only", Value: true},
			{Key: "cap_drop", Value: []string{"ALL"}},
			{Key: "security_opt", Value: []string{"no-new-privileges:true"}},
			{Key: "command", Value: append([]string{"-listenip=0.0.0.0", "-allowfrom=" + v.Name}, c.options()...)},
			{Key: "volumes", Value: []string{socket + ":/var/run/docker.sock:ro"}},
			{Key: "networks", Value: []string{name}},
		}))
	d.At(v.File).Define(v.Doc.Index, yamldoc.P("networks", name, "internal"), true)
	return nil
}
