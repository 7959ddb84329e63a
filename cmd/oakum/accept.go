package main

import "oakum/fixer"

// accept takes the most trusted fix of every wanted finding up to a level, and
// of those that come up once these are made.
func (j *job) accept(upTo fixer.Level, set settings) error {
	s := j.session
	if j.all && !set.perRule() {
		if _, err := s.AcceptAll(upTo, set.params("")); err != nil {
			return err
		}
		return set.check(s, j.filter.Rule, upTo)
	}
	for more := true; more; {
		more = false
		for _, r := range s.Rules() {
			if !j.filter.Rule(r.Name) {
				continue
			}
			n, err := s.AcceptRule(r.Name, upTo, set.params(r.Name))
			if err != nil {
				return err
			}
			more = more || n > 0 // they may bring up findings of the rules before
		}
	}
	return set.check(s, j.filter.Rule, upTo)
}
