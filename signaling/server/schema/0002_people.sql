-- What machines have and what people may; a journal read by time. Rows from before are ordinary reviewers and booths.

ALTER TABLE reviewers ADD COLUMN roles TEXT NOT NULL DEFAULT '["reviewer"]';   -- JSON list

ALTER TABLE terminals ADD COLUMN is_booth INTEGER NOT NULL DEFAULT 1;          -- nobody else can look in
ALTER TABLE terminals ADD COLUMN cells INTEGER NOT NULL DEFAULT 0;             -- of its cabinet
ALTER TABLE terminals ADD COLUMN site TEXT NOT NULL DEFAULT '';

CREATE INDEX journal_by_time ON journal (time);
-- these few are read whole, whatever time is asked about
CREATE INDEX journal_of_the_office ON journal (seq)
    WHERE kind IN ('FollowUpOpened', 'FollowUpAnswered', 'SkillsLearnt', 'CalendarDaySet', 'YearPublished');
