// Package updates tells who keeps the pins of a repository fresh: which update
// bot is configured, and for which files.
//
// A pin that nobody updates keeps the security holes of its day. So a rule that
// pins, or that judges pins, asks:
//
//	keeper, ok := updates.Keeps(p, p.File.Path, updates.ImagesIn(p.File))
//	if ok {
//		f.Evidence = append(f.Evidence, keeper.Evidence())
//	}
//
// It may be asked in rules with a kind and in those without. What a rule reports
// depends on the configuration from then on, so that it is asked again where a fix
// adds one.
//
// What is known of the bots:
//
//   - Renovate looks everywhere and updates every digest that it finds in files
//     whose names it knows, unless the configuration disables that. Kubernetes
//     manifests it reads only where the configuration names them.
//   - Dependabot looks only for the ecosystems in the directories that its
//     configuration lists. In workflows it updates actions, but no images of jobs
//     and services.
//
// # Invariants
//
//   - Nothing is concluded from what cannot be read: a configuration that is
//     broken, or a preset that lies elsewhere, is taken for one that works.
//   - Bots that are set up outside the repository are not seen.
package updates
