// Package suggest guesses what somebody meant to write.
package suggest

import (
	"cmp"
	"slices"
	"strings"
)

// Nearest is the known word that differs from word by at most a third of its
// letters, or "" when none is that near.
func Nearest(word string, known []string) string {
	if near := Near(word, known, 1); len(near) > 0 {
		return near[0]
	}
	return ""
}

// Near are at most limit known words that differ from word by at most a third of
// its letters, the nearest first; of those that are equally near, the first known.
func Near(word string, known []string, limit int) []string {
	type candidate struct {
		word     string
		distance int
	}
	var near []candidate
	for _, k := range known {
		if distance := editDistance(strings.ToLower(word), strings.ToLower(k)); distance <= len(word)/3 {
			near = append(near, candidate{k, distance})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var words []string
	for _, c := range near[:min(len(near), limit)] {
		words = append(words, c.word)
	}
	return words
}

// editDistance counts the letters to insert, delete or replace (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
