package compose

import (
	_ "embed"
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
	family, image string
	option, env   string // that takes the address of the API
	with          string // text that its command line must have
	get, head     string // regular expressions over paths
}

var socketConsumers = sync.OnceValue(func() []socketConsumer {
	y, err := yamldoc.Parse(socketConsumersYAML)
	if err != nil {
		return nil // a test reads it
	}
	var out []socketConsumer
	for _, n := range y.Docs[0].Root.Get("consumers").List() {
		text := func(key string) string { return n.Get(key).Text() }
		out = append(out, socketConsumer{text("family"), text("image"), text("option"), text("env"), text("with"), text("get"), text("head")})
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
		if c.family != "" && profile.Entry != nil && profile.Entry.ID == c.family && !profile.Entry.ByName || c.image != "" && profile.Known.Ref.Name() == c.image {
			return c, true
		}
	}
	return c, false
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
	switch {
	case !known:
		return fix, "Remove the mount if the service works without the Docker API. Otherwise put a socket proxy in front, and allow only the calls of the service, which are not known here"
	case s.File != v.File || !s.Own || len(v.Overrides) > 0 || len(v.Reached("volumes")) > 0 || v.Doc.Root.Get("services").Get(name) != nil || v.Doc.Root.Get("networks").Get(name) != nil:
		return fix, "Put a socket proxy in front that allows GET " + c.get + ". More than one file or service takes part here, so write it by hand"
	case v.Setting("network_mode").Node != nil:
		return fix, "Remove network_mode first: the service has to share a network with a socket proxy"
	case inSwarm(v) || strings.Contains(start, "swarm"):
		return fix, "Put a socket proxy in front. In a Swarm, the service also reads services, tasks and networks, so write by hand which calls are allowed"
	case c.with != "" && !strings.Contains(start, c.with) || c.option != "" && (!command.Own || strings.Contains(start, c.option)):
		return fix, "Put a socket proxy in front that allows GET " + c.get + ", and set its address in the configuration file of the service"
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
			{Key: "command", Value: []string{"-listenip=0.0.0.0", "-allowfrom=" + v.Name, "-allowGET=" + c.get, "-allowHEAD=" + c.head}},
			{Key: "volumes", Value: []string{socket + ":/var/run/docker.sock:ro"}},
			{Key: "networks", Value: []string{name}},
		}),
		yamldoc.Set(yamldoc.P("networks", name, "internal"), true))
	return nil
}
