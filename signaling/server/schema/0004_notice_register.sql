-- Any notice is found in the journal by what is printed on it, sealed or not, of a case that is over or not. The
-- queries of notice_register.py use the same expressions, word for word.

CREATE INDEX journal_by_query_code ON journal (json_extract(CAST(body AS TEXT), '$.order.query_code'))
    WHERE kind = 'NoticeOrdered';

-- entries from before orders were recorded have the number in the fact that brought the notice about
CREATE INDEX journal_by_notice_number ON journal (coalesce(
    json_extract(CAST(body AS TEXT), '$.order.number'),
    json_extract(CAST(body AS TEXT), '$.notice.number'),
    json_extract(CAST(body AS TEXT), '$.notice_number')
)) WHERE kind IN
    ('NoticeOrdered', 'Decided', 'DeemedAccepted', 'CorrectionsLapsed', 'CaseWithdrawn', 'NoticeVoided');
