-- Leans on no index: reads all of es.event_tags, a few rows.
--
-- Which tags stored events have. Asked behind the gate, where nobody changes what appends have to have.
SELECT event_tags.event, event_tags.tag, event_tags.state
  FROM es.event_tags;
