// Package survey says what an attacker gets who enters a service of a repository: as
// whom the service runs, what it can write and which other services it can connect
// to, as the files are and as a plan makes them.
//
//	m, err := survey.Of(plan, facts)
//	for _, s := range m.Services {
//		fmt.Println(s.Name, s.Before.Marks, s.Path.Before, s.Path.After)
//	}
//	fmt.Println(m.Before.Pairs, "→", m.After.Pairs)
//
// Who connects to whom is in [connect.Graph]; here is added who could. Two services
// can connect where a network of Compose has both, or where their pods are in one cluster
// and no NetworkPolicy of the repository stands between them. Which manifests are
// applied to one cluster no file says: those that lie in one directory are, and those
// between which a connection is known.
package survey
