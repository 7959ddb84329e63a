package cross

import (
	_ "embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed flat_network.md
var flatNetworkDoc string

// FlatNetwork reports Compose files whose databases are on the network of all
// services, though only some connect to them.
var FlatNetwork = &fixer.Rule{
	Name:     "cross/flat-network",
	Title:    "databases on the network of all services",
	Severity: fixer.Low,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.30"},
		{Source: fixer.OWASPDocker, ID: "rule 5"},
	},
	Doc: flatNetworkDoc,
	Check: func(p *fixer.Pass) {
		for f := range p.Snapshot.Files() {
			if f.Skip != nil || f.Context || f.Compose == nil || compose.IsOverride(f.Path) {
				continue
			}
			if flat := flatServices(p, f); flat != nil {
				checkFlat(p, f, flat)
			}
		}
	},
}

// leastFlat is how many services a file has to have for a network of its own to
// keep somebody away from a database.
const leastFlat = 3

// flatServices returns the services of a file that are all on its default network;
// nil where some network is set already, where other files add to the services, or
// where none of them holds data.
func flatServices(p *fixer.Pass, f *fixer.File) []compose.View {
	views := p.Topology().Compose().Views(f.Path)
	data := false
	for _, v := range views {
		switch {
		case v.Partial || v.Completes || len(v.Bases)+len(v.Overrides)+len(v.Files()) > 1,
			v.Part().Shared() != nil || v.Node.Merged("networks"),
			!v.Setting("networks").Node.Null(), v.Text("network_mode") != "":
			return nil
		}
		data = data || holdsData(p, v)
	}
	if len(views) < leastFlat || !data || !f.Compose.Doc.Root.Get("networks").Null() {
		return nil
	}
	return views
}

// holdsData reports whether a service is a database, a cache or a broker as its image
// ships it, which nothing outside of the file reaches.
func holdsData(p *fixer.Pass, v compose.View) bool {
	if !v.Setting("ports").Node.Null() || v.IsBuilt() || !v.Setting("entrypoint").Node.Null() || !v.Setting("env_file").Node.Null() {
		return false
	}
	e := container.OfService(p, v).Program()
	if e == nil || e.ByName || len(e.Ports) == 0 {
		return false
	}
	for _, port := range e.Ports { // a web server serves whoever comes
		if port.Number == 80 || port.Number == 443 || port.Number == 8080 {
			return false
		}
	}
	return len(e.Volumes) > 0 || slices.ContainsFunc(e.Writable, func(w image.WritablePath) bool { return w.Kind == "data" })
}

// A datastore is a database with the services that connect to it.
type datastore struct {
	compose.View
	network  string
	clients  []string
	evidence []fixer.Evidence
}

func checkFlat(p *fixer.Pass, f *fixer.File, views []compose.View) {
	stores := datastores(p, f, views)
	if len(stores) == 0 {
		return
	}
	names := make([]string, len(stores))
	var evidence []fixer.Evidence
	for i, s := range stores {
		names[i] = s.Name
		evidence = append(evidence, s.evidence...)
	}
	at := stores[0].Key
	p.Report(fixer.Finding{
		File: f.Path, Path: "services", Start: at.Start, End: at.End,
		Message:  fmt.Sprintf("All %d services share one network, so each can connect to %s", len(views), strings.Join(names, ", ")),
		Evidence: evidence,
		Fixes: []fixer.Fix{{
			ID:     "split",
			Title:  "Give " + strings.Join(names, ", ") + plural(len(stores), " an internal network", " internal networks") + " with the services that connect to " + plural(len(stores), "it", "them"),
			Level:  fixer.Review,
			Breaks: "Services that connect to " + strings.Join(names, ", ") + " without a line here that shows it, and database plugins that download something",
			Verify: stores[0].CLI() + " config --networks\nlists " + stores[0].network + " beside default\n\n" + stores[0].CLI() + " logs " + text.ShellWord(stores[0].clients[0]) + "\nshows no failed connection",
			Edit:   func(d *fixer.Draft) error { return split(d, f.Path, stores) },
		}},
	})
}

// datastores returns the databases that some service does not connect to, in the
// order of the file. Who connects is who is known to, and who reads variables that
// no file here tells.
func datastores(p *fixer.Pass, f *fixer.File, views []compose.View) []datastore {
	g := connect.OfFile(p, f.Path)
	id := func(v compose.View) connect.ID { return connect.ID("compose:" + f.Path + "#" + v.Name) }
	place := make(map[connect.ID]int, len(views))
	reads := make([]bool, len(views)) // variables that no file here tells
	var always []int                  // may connect to every database
	for i, v := range views {
		place[id(v)] = i
		if reads[i] = !v.Setting("env_file").Node.Null(); reads[i] || mountsEngine(v) {
			always = append(always, i)
		}
	}
	linked := make([][]int, len(views)) // by database: the services with an edge to it
	for _, e := range g.Edges {
		from, known := place[e.From]
		if to, ok := place[e.To]; ok && known && from != to {
			linked[to] = append(linked[to], from)
		}
	}
	connects := make(map[connect.ID]bool, len(g.Unresolved)) // to a host that nothing answers to
	for _, u := range g.Unresolved {
		connects[u.From] = true
	}
	made := make([]string, len(views)) // by what: services of one application connect to the same
	for i, v := range views {
		made[i] = madeBy(p, v)
	}
	var out []datastore
	for at, v := range views {
		if !holdsData(p, v) || len(g.From(id(v))) > 0 || connects[id(v)] {
			continue
		}
		s := datastore{View: v, network: networkName(v.Name)}
		clients := slices.DeleteFunc(slices.Concat(linked[at], always), func(i int) bool { return i == at })
		like := map[int]int{} // who is made as a client is, with that client
		for i := range views {
			k := slices.IndexFunc(clients, func(c int) bool { return made[c] != "" && made[c] == made[i] })
			if k >= 0 && i != at && !slices.Contains(clients, i) {
				like[i] = clients[k]
			}
		}
		clients = slices.AppendSeq(clients, maps.Keys(like))
		slices.Sort(clients)
		clients = slices.Compact(clients)
		sure := false
		for _, i := range clients {
			o := views[i]
			if e := g.Edge(id(o), id(v)); e != nil {
				sure = sure || e.Confidence != connect.Low
				s.evidence = append(s.evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: e.Evidence[0].Place.String(), Text: e.Evidence[0].Text})
			} else if c, ok := like[i]; ok {
				s.evidence = append(s.evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", f.Path, o.Key.Line), Text: o.Name + " runs the same image as " + views[c].Name})
			} else if reads[i] {
				s.evidence = append(s.evidence, fixer.Evidence{Kind: fixer.FromNothing, Place: fmt.Sprintf("%s:%d", f.Path, o.Key.Line), Text: o.Name + " has an env_file, which may name " + v.Name})
			}
			s.clients = append(s.clients, o.Name)
		}
		if away := len(views) - 1 - len(clients); sure && away > 0 {
			out = append(out, s)
		}
	}
	return out
}

// madeBy tells which application of the repository, or of an image that nobody knows, a
// service is of: its build, or the name of its image. "" for images that are known, which do
// what their command says.
func madeBy(p *fixer.Pass, v compose.View) string {
	if b, ok := p.Topology().ServiceBuild(v); ok {
		return fmt.Sprintf("%s#%d", b.Path, b.Stage.Index)
	}
	if name, _ := v.ImageName(); name != "" && !v.IsBuilt() && container.OfService(p, v).Entry == nil {
		return name
	}
	return ""
}

// mountsEngine reports whether a service has the socket of the engine, by which it finds
// services by itself.
func mountsEngine(v compose.View) bool {
	return slices.ContainsFunc(v.Mounts(), func(m compose.Mount) bool { return path.Base(m.Source) == "docker.sock" })
}

// networkName is the name of the network of a database.
func networkName(service string) string { return service + "-net" }

// split writes the networks: the default one stays that of all but the databases.
func split(d *fixer.Draft, file string, stores []datastore) error {
	joins := map[string][]any{}
	var order []string
	join := func(service string, networks ...string) {
		if joins[service] == nil {
			order = append(order, service)
		}
		for _, n := range networks {
			if !slices.Contains(joins[service], any(n)) {
				joins[service] = append(joins[service], n)
			}
		}
	}
	isStore := map[string]bool{}
	for _, s := range stores {
		isStore[s.Name] = true
		join(s.Name, s.network)
	}
	for _, s := range stores {
		for _, c := range s.clients {
			if isStore[c] {
				join(c, s.network)
			} else {
				join(c, "default", s.network)
			}
		}
	}
	slices.Sort(order)
	for _, name := range order {
		d.At(file).YAML(stores[0].Doc, yamldoc.Set(yamldoc.P("services", name, "networks"), joins[name]))
	}
	for _, s := range stores {
		d.At(file).Define(stores[0].Doc.Index, yamldoc.P("networks", s.network, "internal"), true)
	}
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
